"""A bar for those who wait, in notebooks and on terminals."""

from __future__ import annotations

import builtins
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

_STEP = 0.1  # seconds between two looks
_COLUMNS = 30


class progress_bar:
    """Shows how far a dump or the reading of one is: pass it as ``progress=``.

    In a notebook it is a bar below the cell, on a terminal a line on the standard error; elsewhere nothing is shown.
    What takes less than a tenth of a second shows none.

    >>> import os, refgraph, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "heap.rgd")
    ...     result = refgraph.dump(path, progress=refgraph.progress_bar())
    ...     graph = refgraph.load(path, progress=refgraph.progress_bar())
    """

    def __init__(self) -> None:
        shell: Any = getattr(builtins, "get_ipython", lambda: None)()
        self._show: Callable[[str, float | None], None] | None = None
        if hasattr(shell, "kernel"):
            self._show = self._show_in_notebook
            self._publish = shell.display_pub.publish
            self._id = uuid.uuid4().hex
        elif sys.stderr is not None and sys.stderr.isatty():
            self._show = self._show_on_terminal
        self._last = time.monotonic()
        self._is_shown = False

    def __call__(self, phase: str, done: int, total: int) -> None:
        now, is_over = time.monotonic(), total and done >= total
        if self._show is None or not (now - self._last >= _STEP or is_over and self._is_shown):
            return
        self._show(phase, min(done / total, 1) if total else None)
        self._last, self._is_shown = now, True

    def _show_in_notebook(self, phase, share):
        value = "" if share is None else f' value="{share:.3f}"'
        words = phase if share is None else f"{phase} {share:.0%}"
        data = {"text/html": f"<progress{value}></progress> {words}", "text/plain": words}
        self._publish(data=data, metadata={}, transient={"display_id": self._id}, update=self._is_shown)

    def _show_on_terminal(self, phase, share):
        filled = "..." if share is None else f"[{'#' * round(share * _COLUMNS):<{_COLUMNS}}]"
        sys.stderr.write(f"\r\033[K{phase} {filled}" if share != 1 else "\r\033[K")
        sys.stderr.flush()
