"""What ``refgraph run`` does inside the program that it runs."""

import atexit
import os
import signal
import sys

import refgraph
from refgraph import _rounds
from refgraph._words import in_one_line


class _Watch:
    """Dumps one process: at its end or at the exception that ends it, and whenever a signal comes."""

    def __init__(self, path):
        # The program may change its folder, and may fork: a child that lives on is not what was asked about.
        self._pid = os.getpid()
        self._path = os.path.abspath(path or f"refgraph-{self._pid}.rgd")
        self._has_dumped = False
        self._stderr = self._identity_of_stderr()
        self._num_signals = 0

    @staticmethod
    def _identity_of_stderr():
        try:
            status = os.fstat(2)
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _say(self, words):
        # A program that closed it may have a file of its own there by now.
        if self._stderr is None or self._identity_of_stderr() != self._stderr:
            return
        try:
            os.write(2, words.encode("utf-8", "backslashreplace"))
        except OSError:
            pass

    def _dump(self, path):
        if os.getpid() != self._pid:
            return
        try:
            refgraph.dump(path)
            words = f"refgraph: wrote {path}\n"
        except Exception as error:
            words = f"refgraph: cannot dump: {in_one_line(error)}\n"
        self._say(words)

    def rounds(self, num, every_ms):
        """Dumps at the end of each round instead of that of the program."""
        _rounds.current = _rounds.Rounds(self._path, num, self._say)
        if every_ms:
            atexit.register(_rounds.current.end_every(every_ms / 1000))

    def at_end(self):
        if not self._has_dumped:
            self._has_dumped = True
            self._dump(self._path)

    def on_exception(self, hook):
        """Wraps the hook for uncaught exceptions: while it is printed, the frames are still there."""

        def excepthook(kind, value, traceback):
            hook(kind, value, traceback)
            self.at_end()

        return excepthook

    def on_signal(self, number, frame):
        self._num_signals += 1
        stem, extension = os.path.splitext(self._path)
        self._dump(f"{stem}-{self._num_signals}{extension}")


def watch(path, signal_name, rounds):
    """Watches this process from now on. What is registered first is called last, when the program has cleaned up."""
    watched = _Watch(path)
    if rounds:
        watched.rounds(*map(int, rounds.split(":")))
        return
    atexit.register(watched.at_end)
    sys.excepthook = watched.on_exception(sys.excepthook)
    if signal_name:
        signal.signal(getattr(signal, signal_name), watched.on_signal)
