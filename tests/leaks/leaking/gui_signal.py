"""A GUI signal with a lambda that captures self: a window connects a lambda to a signal of the application, and closing
the window does not disconnect it. The signal lives as long as the application, and so does each window ever opened."""

import weakref


class Signal:
    def __init__(self):
        self._slots = []

    def connect(self, slot):
        self._slots.append(slot)

    def disconnect(self, slot):
        self._slots.remove(slot)

    def emit(self, *arguments):
        for slot in list(self._slots):
            slot(*arguments)


theme_changed = Signal()


class Screen:
    def __init__(self):
        self.pixels = bytearray(64_000)
        self.closed = False
        self.follow_theme()

    def follow_theme(self):
        theme_changed.connect(lambda colour: self.repaint(colour))  # leaks here

    def repaint(self, colour):
        self.pixels[:] = bytes([colour]) * len(self.pixels)

    def close(self):
        self.closed = True


class DisconnectingScreen(Screen):
    def follow_theme(self):
        self.slot = lambda colour: self.repaint(colour)
        theme_changed.connect(self.slot)

    def close(self):
        super().close()
        theme_changed.disconnect(self.slot)


class WeakScreen(Screen):
    def follow_theme(self):
        repaint = weakref.WeakMethod(self.repaint)
        theme_changed.connect(lambda colour: repaint() and repaint()(colour))


def step(screen_type=Screen):
    screen = screen_type()
    theme_changed.emit(7)
    screen.close()


SINGLE = True
LEAK = dict(
    site="Screen.follow_theme.<locals>.<lambda>",
    variable="self",
    holder="Signal._slots",
    mends={"lifetime": lambda: step(DisconnectingScreen), "weak": lambda: step(WeakScreen)},
)
