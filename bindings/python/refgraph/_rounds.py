"""Rounds of a program that ``refgraph growth`` runs."""

from __future__ import annotations

import os
import threading

from ._dump import dump
from ._words import in_one_line


class Rounds:
    """Dumps this process at the end of each round, the first `num` of them, into a folder."""

    def __init__(self, folder, num, say):
        # A child that the program forks is not what was asked about.
        self._pid = os.getpid()
        self._folder = os.path.abspath(folder)
        self._num = num
        self._num_ended = 0
        self._say = say
        self._lock = threading.Lock()

    def end_one(self):
        if os.getpid() != self._pid:
            return
        with self._lock:
            if self._num_ended == self._num:
                return
            try:
                dump(os.path.join(self._folder, f"round-{self._num_ended + 1}.rgd"))
            except Exception as error:
                self._say(f"refgraph: cannot dump: {in_one_line(error)}\n")
                return
            self._num_ended += 1
            end = ": waiting for the program to end" if self._num_ended == self._num else ""
            self._say(f"refgraph: round {self._num_ended} of {self._num}{end}\n")

    def end_every(self, seconds):
        """Ends one after each so many seconds, in a thread. Returns a function that stops it."""
        is_over = threading.Event()

        def watch():
            for _ in range(self._num):
                if is_over.wait(seconds):
                    return
                self.end_one()

        thread = threading.Thread(target=watch, name="refgraph rounds", daemon=True)
        thread.start()

        def stop():
            is_over.set()
            thread.join()

        return stop


# Those of this process; refgraph growth sets them.
current = None


def round() -> None:
    """Says that a round of the program ends here, one request or one job, for ``refgraph growth`` to compare.

    Under ``refgraph growth -- python app.py`` this process is dumped, and goes on when that is done; else the call does
    nothing, and costs nothing.

    >>> import refgraph
    >>> refgraph.round()
    """
    if current is not None:
        current.end_one()
