"""Dumps: the heap as a file, and files as graphs."""

from __future__ import annotations

import itertools
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, Literal, Protocol, Union

from . import _refgraph
from ._arguments import bad_type, check_functions, check_path, check_text, is_a, is_path
from ._graph import Graph
from ._output import Filename
from ._refgraph import ArgumentError, Dump, DumpError, LimitError, UnsupportedError
from ._words import in_one_line

_logger = logging.getLogger("refgraph")

Progress = Callable[[str, int, int], object]


class Writer(Protocol):
    """A file object that takes bytes."""

    def write(self, data: bytes, /) -> object: ...


class Reader(Protocol):
    """A file object that gives bytes."""

    def read(self, size: int, /) -> bytes: ...


def _flush(file):
    flush = getattr(file, "flush", None)
    if flush is not None:
        flush()


def _descriptor(file):
    """The descriptor of a file object; -1 if it has none."""
    try:
        fd = file.fileno()
    except (AttributeError, OSError):
        return -1
    _flush(file)
    return fd


def _target(path_or_file, wait):
    """(name, path, fd, method) of where a dump goes."""
    if is_path(path_or_file):
        path = os.fsencode(path_or_file)
        if not path:
            raise ArgumentError("a dump needs the name of a file, not ''")
        return os.fsdecode(path).encode("utf-8", "backslashreplace").decode(), path, -1, None
    if not hasattr(path_or_file, "write"):
        raise bad_type("path_or_file", path_or_file, "a path or a file open for writing")
    fd = _descriptor(path_or_file)
    if fd < 0 and not wait:
        raise ArgumentError("wait=False needs a path, or a file with a descriptor")
    return str(getattr(path_or_file, "name", "a file object")), b"", fd, path_or_file.write


def dump(
    path_or_file: Filename | Writer,
    *,
    mode: Literal["auto", "fork", "gil"] = "auto",
    wait: bool = True,
    values: bool = False,
    compress: bool = True,
    progress: Progress | None = None,
) -> Dump:
    """Writes every live object, with all names, to a file that `refgraph.load()` and the command line read.

    In mode ``"fork"`` a child process reads the heap as it is at this moment and writes it, while this process goes on
    after some milliseconds; a fault there costs the dump alone. In mode ``"gil"`` this process stands still until the
    heap is read. ``"auto"`` forks where the system and the memory allow it; what it did instead stands in the result's
    ``losses``.

    With ``wait=False`` the call returns right after the fork, and ``.wait()`` gives the result; a dump that is under
    way when this process ends is given up, and leaves nothing. One dump is made at a time. The file is readable by its
    owner alone, and appears when it is complete. A file object with a descriptor is written to directly; any other one
    by its ``write()``, in mode ``"gil"``.

    Unless ``values``, no text that came from outside the program is written: of strings, bytes and numbers only type
    and length, of keys of dicts only those that are words of the program itself. Names are always written.

    ``progress(phase, done, total)`` is called now and then; an exception in it ends the dump. Raises the audit event
    ``refgraph.dump`` with the name of the file. Returns a :class:`Dump`.

    >>> import os, refgraph, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = refgraph.dump(os.path.join(folder, "heap.rgd"))
    ...     result.objects == refgraph.load(os.path.join(folder, "heap.rgd")).num_nodes
    True
    """
    check_text("mode", mode)
    check_functions(progress=progress)
    name, path, fd, method = _target(path_or_file, wait)
    sys.audit("refgraph.dump", name)
    return _refgraph.dump(name, path, fd, method, mode, wait, values, compress, progress)


def load(
    path_or_file: Filename | Reader, *, max_memory: int | None = None, progress: Progress | None = None
) -> Graph:
    """Reads a dump and gives its :class:`Graph`.

    A dump that was cut off gives what is there, with ``graph.truncated`` true. `max_memory` is the most bytes that the
    graph may take, by default half of what the machine has free. Raises DumpError, with the offset, for what is no dump
    or a damaged one, UnsupportedError for one of another version, LimitError for one that is too large.

    >>> import io, refgraph
    >>> file = io.BytesIO()
    >>> result = refgraph.dump(file)
    >>> refgraph.load(io.BytesIO(file.getvalue())).num_nodes == result.objects
    True
    """
    if max_memory is not None and not is_a(max_memory, int):
        raise bad_type("max_memory", max_memory, "an int or None")
    if max_memory is not None and max_memory < 1:
        raise ArgumentError(f"bad max_memory {max_memory}: it is a positive number of bytes")
    check_functions(progress=progress)
    most = min(max_memory or 0, sys.maxsize)
    if is_path(path_or_file):
        path = os.fspath(path_or_file)  # open() would take what has an __index__, too, for a descriptor, and close it
        with open(path, "rb", buffering=0) as file:
            try:
                return Graph._load(file.fileno(), max_memory=most, progress=progress)
            except (DumpError, LimitError, UnsupportedError) as error:
                raise type(error)(f"cannot read {path!r}: {error}") from None
    if not hasattr(path_or_file, "read"):
        raise bad_type("path_or_file", path_or_file, "a path or a file open for reading")
    return Graph._load(path_or_file.read, max_memory=most, progress=progress)


def _free_name(directory):
    """A name for a dump of now that no file has."""
    stem = f"refgraph-{os.getpid()}-{time.strftime('%Y%m%d-%H%M%S')}"
    names = itertools.chain([f"{stem}.rgd"], (f"{stem}-{i}.rgd" for i in itertools.count(2)))
    return next(name for name in names if not os.path.lexists(os.path.join(directory, name)))


def _call_previous(previous, signum, frame):
    if callable(previous):
        previous(signum, frame)


def install_dump_signal(signum: int = signal.SIGUSR2, directory: Filename = ".") -> Callable[[], None]:
    """Makes the signal dump this process to a file ``refgraph-PID-TIME.rgd`` in the directory, without waiting.

    A handler that was there before is called too. What goes wrong is logged by the logger ``refgraph``. Only the main
    thread may call this, and the signal is handled when the main thread next runs Python code. Returns a function that
    puts the earlier handler back.

    >>> import os, refgraph, signal, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     uninstall = refgraph.install_dump_signal(signal.SIGUSR2, folder)
    ...     uninstall()
    """
    if not is_a(signum, int):
        raise bad_type("signum", signum, "an int")
    check_path("directory", directory)
    directory = os.path.abspath(os.fsdecode(directory))
    if not os.path.isdir(directory):
        raise ArgumentError(f"there is no folder '{directory}'")

    def handle(signum, frame):
        name = _free_name(directory)
        try:
            dump(os.path.join(directory, name), wait=False)
        except Exception as error:
            _logger.warning("no dump to %s: %s", name, in_one_line(error))
        _call_previous(previous, signum, frame)

    previous = signal.signal(signum, handle)

    def uninstall():
        if signal.getsignal(signum) is handle:
            signal.signal(signum, previous if previous is not None else signal.SIG_DFL)

    return uninstall
