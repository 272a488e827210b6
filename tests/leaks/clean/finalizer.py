"""A finalizer that captures what it is to close, not the object that it waits for."""

import io
import weakref


class Spool:
    def __init__(self):
        self.file = file = io.BytesIO(bytearray(40_000))
        self.index = bytearray(10_000)
        weakref.finalize(self, lambda: file.close())

    def write(self, data):
        self.file.seek(0, io.SEEK_END)
        self.file.write(data)


class Application:
    """Lives to the end, and so does its finalizer."""

    def __init__(self):
        self.spool = Spool()


application = Application()


def step():
    Spool().write(b"page")
