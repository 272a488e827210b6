"""A finalizer that captures its own object: it is to close the file when the spool is gone, but the registry of
finalizers holds the function, the function holds the spool, and so the spool is never gone."""

import io
import weakref


class Spool:
    def __init__(self):
        self.file = io.BytesIO(bytearray(40_000))
        self.finish_with_me()

    def finish_with_me(self):
        weakref.finalize(self, lambda: self.file.close())  # leaks here

    def write(self, data):
        self.file.seek(0, io.SEEK_END)
        self.file.write(data)

    def close(self):
        pass


class NarrowSpool(Spool):
    def finish_with_me(self):
        file = self.file
        weakref.finalize(self, lambda: file.close())


class ClosableSpool(Spool):
    def finish_with_me(self):
        self.finalizer = weakref.finalize(self, lambda: self.file.close())

    def close(self):
        self.finalizer()


def step(spool_type=Spool):
    spool = spool_type()
    spool.write(b"page")
    spool.close()


LEAK = dict(
    site="Spool.finish_with_me.<locals>.<lambda>",
    variable="self",
    holder="weakref.finalize",
    mends={"narrow": lambda: step(NarrowSpool), "lifetime": lambda: step(ClosableSpool)},
)
