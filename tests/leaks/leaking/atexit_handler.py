"""A method registered with atexit for each object: a journal is to be flushed at the latest when the process ends, and
so lives until the process ends, however early it was closed."""

import atexit
import io
import weakref


class Journal:
    def __init__(self):
        self.pages = bytearray(40_000)
        self.file = io.BytesIO()
        self.closed = False
        self.register()

    def register(self):
        atexit.register(self.flush)

    def flush(self):  # leaks here
        self.file.write(self.pages[:100])

    def close(self):
        self.flush()
        self.closed = True


class UnregisteringJournal(Journal):
    def close(self):
        super().close()
        atexit.unregister(self.flush)


class WeakJournal(Journal):
    def register(self):
        atexit.register(flush_if_alive, weakref.ref(self))


def flush_if_alive(find_journal):
    journal = find_journal()
    if journal:
        journal.flush()


def step(journal_type=Journal):
    journal_type().close()


SINGLE = True
LEAK = dict(
    site="Journal.flush",
    variable="self",
    holder="atexit",
    mends={"lifetime": lambda: step(UnregisteringJournal), "weak": lambda: step(WeakJournal)},
)
