"""An event bus that holds its listeners weakly and takes dead ones out of its list, so that no listener has to say when
it goes."""

import weakref


class EventBus:
    def __init__(self):
        self._handlers = []

    def on(self, handler):
        self._handlers.append(weakref.WeakMethod(handler, self._handlers.remove))

    def emit(self, value):
        for reference in list(self._handlers):
            handler = reference()
            if handler:
                handler(value)


bus = EventBus()


class Session:
    def __init__(self):
        self.quotes = bytearray(50_000)
        self.closed = False
        bus.on(self.on_rate)

    def on_rate(self, rate):
        self.quotes[0] = rate

    def close(self):
        self.closed = True


def step():
    sessions = [Session() for _ in range(3)]
    bus.emit(3)
    for session in sessions:
        session.close()
