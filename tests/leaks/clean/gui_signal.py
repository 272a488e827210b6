"""A GUI signal with a lambda that captures self, which is disconnected when the window is closed."""


class Signal:
    def __init__(self):
        self._slots = []

    def connect(self, slot):
        self._slots.append(slot)
        return slot

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
        self.slot = theme_changed.connect(lambda colour: self.repaint(colour))

    def repaint(self, colour):
        self.pixels[:] = bytes([colour]) * len(self.pixels)

    def close(self):
        self.closed = True
        theme_changed.disconnect(self.slot)


class StatusLine:
    """Lives as long as the application, and is connected once."""

    def __init__(self):
        self.text = bytearray(64_000)
        theme_changed.connect(lambda colour: self.text.reverse())


status_line = StatusLine()


def step():
    screen = Screen()
    theme_changed.emit(7)
    screen.close()
