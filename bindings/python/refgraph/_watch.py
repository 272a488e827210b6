"""What grows within a with statement."""

from __future__ import annotations

from typing import Literal

from . import _refgraph, _tables
from ._arguments import check_rows, check_text
from ._graph import Graph, capture


# What a watch is made of, and what calls it.
_OTHERS = "not site:refgraph/_watch.py not type:refgraph._watch.watch not type:refgraph._refgraph.Growth"


# Of the module, not of the class: while the statements run their frame holds this, too, from 3.14 on. So the way to it
# is the same before and after: of equally short ones it is that through a module.
def _end(watched: watch, kind: object, value: object, traceback: object) -> None:
    watched.graph = capture()
    watched._growth.add(watched.graph, watched._where)
    watched.diff = _tables.Table(watched._growth.table(by=watched._by, limit=watched._limit), watched.graph)


class watch:
    """Says what grew while the statements of a ``with`` ran.

    ``diff`` is there afterwards: a :class:`Table` of ``Growth``, as :meth:`Graph.diff` gives it of captures before and
    after. ``graph`` is the one after. The earlier one is not kept, and what watches is not counted. The keywords are
    those of :meth:`Graph.diff`. The statements may raise; then ``diff`` is there as well. A watch that is used again
    begins anew.

    >>> import refgraph
    >>> listeners = []
    >>> with refgraph.watch() as watched:
    ...     for _ in range(100):
    ...         listeners.append(lambda: listeners)
    >>> watched.diff[0].growth
    100
    """

    __slots__ = {
        **dict.fromkeys(("_by", "_growth", "_limit", "_where"), ""),
        "diff": """What grew: a :class:`Table` of ``Growth``; None before the end.

        >>> len(watched.diff) >= 1
        True
        """,
        "graph": """The :class:`Graph` at the end; None before.

        >>> watched.graph.num_nodes > 1000
        True
        """,
    }

    def __init__(
        self, *, where: str | None = None, by: Literal["path", "site", "type"] = "path", limit: int | None = 30
    ) -> None:
        check_text("where", where, is_optional=True)
        check_text("by", by)
        self._where = _OTHERS if where is None else f"{where} {_OTHERS}"
        self._by = by
        self._limit = check_rows(limit)
        self._growth = _refgraph.Growth()
        self.diff: _tables.Table[_tables.Growth] | None = None
        self.graph: Graph | None = None

    def __enter__(self) -> watch:
        self._growth = _refgraph.Growth()
        self._growth.add(capture(), self._where)
        return self

    __exit__ = _end

    def __repr__(self) -> str:
        return "<refgraph.watch: not over>" if self.diff is None else f"<refgraph.watch: {self.diff.summary}>"
