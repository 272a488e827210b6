"""A callback registry as plotting libraries have it: methods are held weakly, all else strongly, until disconnected by
number. A tool that hands over a nested function and loses the number stays with the canvas, which outlives it."""

import array
import inspect
import weakref


class CallbackRegistry:
    def __init__(self):
        self.callbacks = {}
        self.last = 0

    def connect(self, event, function):
        self.last += 1
        entry = weakref.WeakMethod(function) if inspect.ismethod(function) else function
        self.callbacks.setdefault(event, {})[self.last] = entry
        return self.last

    def disconnect(self, number):
        for entries in self.callbacks.values():
            entries.pop(number, None)

    def process(self, event, x):
        for entry in list(self.callbacks[event].values()):
            function = entry() if isinstance(entry, weakref.WeakMethod) else entry
            if function:
                function(x)


canvas = CallbackRegistry()


class Lasso:
    def __init__(self, count):
        self.points = array.array("d", range(count))

    def attach(self):
        def on_move(x):  # leaks here
            self.move(x)

        canvas.connect("motion", on_move)

    def move(self, x):
        self.points[0] = x

    def detach(self):
        pass


class DisconnectingLasso(Lasso):
    def attach(self):
        self.number = canvas.connect("motion", lambda x: self.move(x))

    def detach(self):
        canvas.disconnect(self.number)


class WeakLasso(Lasso):
    def attach(self):
        canvas.connect("motion", self.move)


def step(lasso_type=Lasso):
    lasso = lasso_type(8_000)
    lasso.attach()
    canvas.process("motion", 3.5)
    lasso.detach()


LEAK = dict(
    site="Lasso.attach.<locals>.on_move",
    variable="self",
    holder="CallbackRegistry.callbacks",
    mends={"lifetime": lambda: step(DisconnectingLasso), "weak": lambda: step(WeakLasso)},
)
