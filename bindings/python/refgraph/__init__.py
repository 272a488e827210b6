"""Why is this closure still alive, what does it keep, and what would free it?

>>> import refgraph
>>> def make():
...     rows = list(range(1000))
...     return lambda: rows
>>> closure = make()
>>> print(refgraph.show_refs([closure]).edges[0]["name"])
rows
"""

try:
    from ._refgraph import (
        ArgumentError,
        BusyError,
        DeadlineError,
        Drawing,
        Dump,
        DumpError,
        Error,
        FileError,
        LimitError,
        NotFoundError,
        RenderError,
        UnsupportedError,
    )
except ModuleNotFoundError as error:
    import sys as _sys

    raise ImportError(
        f"refgraph has no extension for this interpreter ({_sys.implementation.cache_tag}, {_sys.executable});"
        " it is built for CPython 3.10 to 3.15, but not for 3.14.0 to 3.14.4 and free-threaded builds"
    ) from error

from ._allocations import by_allocation
from ._calls import show_backrefs, show_refs, why, why_closures
from ._dump import dump, install_dump_signal, load
from ._graph import Graph, capture
from ._info import VERSION as __version__
from ._info import check_interpreter, info
from ._leaks import Report, expect_gone, leaks
from ._progress import progress_bar
from ._rounds import round
from ._tables import Table
from ._watch import watch

# Without round(), which is a builtin to all others.
__all__ = [
    "ArgumentError",
    "BusyError",
    "DeadlineError",
    "Drawing",
    "Dump",
    "DumpError",
    "Error",
    "FileError",
    "Graph",
    "LimitError",
    "NotFoundError",
    "RenderError",
    "Report",
    "Table",
    "UnsupportedError",
    "by_allocation",
    "capture",
    "dump",
    "expect_gone",
    "info",
    "install_dump_signal",
    "leaks",
    "load",
    "progress_bar",
    "show_backrefs",
    "show_refs",
    "watch",
    "why",
    "why_closures",
]

check_interpreter()
del check_interpreter


def __getattr__(name):
    """The modules that most programs do not need are imported when they are asked for."""
    if name in ("objgraph", "testing"):
        import importlib

        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
