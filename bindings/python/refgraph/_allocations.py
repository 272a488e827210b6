"""Closures beside the lines where what they capture was allocated."""

from __future__ import annotations

import tracemalloc

from . import _tables
from ._arguments import check_rows
from ._graph import capture
from ._refgraph import NotFoundError


def by_allocation(limit: int | None = 50) -> _tables.Table[_tables.AllocationLine]:
    """The lines where most memory was allocated, each with the closures that capture it: a :class:`Table`.

    Its ``AllocationLine`` records are those of ``tracemalloc.take_snapshot().statistics("lineno")``, at most `limit`,
    None for all. ``closures`` of each says which closures capture a value that was allocated there, under which name.
    What was allocated before ``tracemalloc.start()`` is not known, nor is a small list or dict that the interpreter
    made out of one that was gone; where nothing is traced, :class:`NotFoundError` is raised.

    >>> import refgraph, tracemalloc
    >>> tracemalloc.start()
    >>> def make():
    ...     rows = [bytearray(1000) for _ in range(1000)]
    ...     return lambda: rows
    >>> closure = make()
    >>> refgraph.by_allocation(limit=1)[0].closures[0].name
    'rows'
    >>> tracemalloc.stop()
    """
    check_rows(limit)
    if not tracemalloc.is_tracing():
        raise NotFoundError("no allocations are traced: call tracemalloc.start() early, or run python -X tracemalloc")
    lines = [
        (statistic.traceback[0].filename, statistic.traceback[0].lineno, statistic.size, statistic.count)
        for statistic in tracemalloc.take_snapshot().statistics("lineno")
    ]
    graph = capture()
    return _tables.Table(graph._allocations(lines, limit=limit), graph)
