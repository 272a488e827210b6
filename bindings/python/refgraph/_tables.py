"""Tables: what an analysis of a graph found, as a sequence of records."""

from __future__ import annotations

from typing import NamedTuple, Sequence, TypeVar, overload

Record = TypeVar("Record")


class CapturedHere(NamedTuple):
    """A variable that closures of one definition site capture, some of whose values were allocated at one line."""

    qualname: str
    file: str
    line: int
    name: str
    values: int  # that were allocated there
    retained: int  # bytes that all values of the variable keep alive together


class AllocationLine(NamedTuple):
    """A line of the program, and what was allocated there and is still there."""

    file: str
    line: int
    size: int  # bytes
    count: int  # type: ignore[assignment] # a tuple has a method of this name; blocks
    closures: tuple[CapturedHere, ...]


class TypeCount(NamedTuple):
    """Objects of one type."""

    count: int  # type: ignore[assignment] # a tuple has a method of this name
    size: int  # bytes of all of them, without what they refer to
    type: str
    retained: int | None  # bytes that would go with all of them, their own included; None: not measured


class Capture(NamedTuple):
    """A variable that closures of one definition site capture, and how their code uses it; None: not known."""

    name: str
    type: str | None  # of its values; None: it has none
    retained: int | None  # bytes that the values keep alive together
    shared: int | None  # closures, of all sites, that capture one value
    read: bool | None
    written: bool | None
    attributes: tuple[str, ...] | None  # where only some attributes of it are used: these
    allocated: str | None  # where tracemalloc saw most of the values allocated, as "app/ui.py:12"


class Holder(NamedTuple):
    """Objects of one type that hold closures of a definition site in the same way."""

    path: str  # the shortest to the first of them, as "app.bus._handlers"
    type: str
    closures: int  # that they hold


class ClosureSite(NamedTuple):
    """Closures of one definition site."""

    qualname: str
    file: str
    line: int  # 0: not known
    copies: int
    retained: int  # bytes that the closures keep alive together, their own included
    holders: tuple[Holder, ...]  # those that hold most first, at most 8
    captures: tuple[Capture, ...]
    implicit: bool  # they capture only what the language adds by itself, as __class__


class Dominator(NamedTuple):
    """An object in the dominator tree: what it retains would go with it."""

    id: int
    parent: int | None  # id of the record it stands under
    depth: int
    retained: int  # bytes, its own included
    size: int
    type: str
    object: str


class Step(NamedTuple):
    """A step of a path: the object that it leads to."""

    id: int
    reference: str  # as ".callback" or "[0]"
    object: str


class Path(NamedTuple):
    """A path from a root to an object."""

    id: int  # of that object
    length: int  # steps
    path: str  # all steps in one line
    steps: tuple[Step, ...]


class CutReference(NamedTuple):
    """A reference to cut."""

    id: int  # of the holder
    holder: str
    reference: str  # as ".callback" or "[0]"
    target: int
    object: str


class Cycle(NamedTuple):
    """Objects that lead to each other, so that reference counts alone never free them."""

    id: int  # of a closure among them, if there is one
    objects: int
    size: int
    retained: int  # bytes that they keep alive together, at least
    fate: str  # "alive"; "garbage": the next collection frees it; "frozen": gc.freeze() set a part of it apart
    shape: str  # "recursive closure", "closure of its owner", "frame" or "other"
    object: str
    cut: str | None  # the reference without which nothing is left of the cycle


class Round(NamedTuple):
    """What one graph has of a group of objects."""

    count: int  # type: ignore[assignment] # a tuple has a method of this name
    size: int  # bytes, without what they refer to


class Growth(NamedTuple):
    """A group of objects that grows from graph to graph, or of two graphs one that shrinks."""

    id: int | None  # one of them in the last graph; None: there is none any more
    gained: int  # bytes, with those of what it holds that grows with it
    gained_below: int  # those of them that are of what it holds
    growth: int  # objects more in the last graph than in the first
    rounds: tuple[Round, ...]  # by graph
    trend: str  # "grows" or "shrinks"
    what: str  # definition site or type, in words
    type: str
    qualname: str | None  # of the code; None: it has none
    file: str | None
    line: int | None  # 0: not known
    path: str  # without positions and keys


def _closure_site(row):
    site = ClosureSite(*row)
    return site._replace(
        holders=tuple(Holder(*holder) for holder in site.holders),
        captures=tuple(Capture(*capture) for capture in site.captures),
    )


def _allocation_line(row):
    line = AllocationLine(*row)
    return line._replace(closures=tuple(CapturedHere(*closure) for closure in line.closures))


def _path(row):
    path = Path(*row)
    return path._replace(steps=tuple(Step(*step) for step in path.steps))


def _growth(row):
    growth = Growth(*row)
    return growth._replace(rounds=tuple(Round(*round) for round in growth.rounds))


_RECORDS = {
    "allocations": _allocation_line,
    "closures": _closure_site,
    "cut": CutReference._make,
    "cycles": Cycle._make,
    "dominators": Dominator._make,
    "growth": _growth,
    "paths": _path,
    "types": TypeCount._make,
}


class Table(Sequence[Record]):
    """Records of one kind, each a named tuple. It keeps neither the graph nor any object.

    ``text`` and ``print()`` give it for people, :meth:`json` for programs, and a notebook displays it. ``process`` and
    ``losses`` are those of the graph that it was made of, as :class:`Graph` has them: when and how the heap was
    captured, how long the process stood still for it, and what was missed.

    >>> import refgraph
    >>> types = refgraph.capture().types(limit=3)
    >>> len(types), types[0]._fields
    (3, ('count', 'size', 'type', 'retained'))
    """

    def __init__(self, table, graph):
        make = _RECORDS[table.name]
        self.process = graph.process
        self.losses = graph.losses
        self._table = table
        self._records = tuple(make(row) for row in table.rows)

    @property
    def text(self) -> str:
        """Aligned columns under headings, and a line about all.

        >>> types.text.split()[:3]
        ['objects', 'size', 'type']
        """
        return self._table.text

    @property
    def summary(self) -> str:
        """A line about all rows, those that a limit left out too.

        >>> " objects of " in types.summary
        True
        """
        return self._table.summary

    @property
    def omitted(self) -> int:
        """How many rows a limit left out.

        >>> types.omitted > 0
        True
        """
        return self._table.omitted

    def json(self) -> str:
        """A list of objects as JSON text, one a record, named as its fields.

        >>> import json
        >>> len(json.loads(types.json()))
        3
        """
        return self._table.json

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Record, ...]: ...
    def __getitem__(self, index):
        return self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<refgraph.Table of {self._table.name}: {self.summary}>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text, "text/html": self._table.html}
