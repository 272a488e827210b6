"""Which closures leak: what they capture, who holds them, and the line that mends it."""

from __future__ import annotations

import json
import os
import types
from collections.abc import Callable, Sequence
from typing import NamedTuple, overload

from . import _notebook, _output, _refgraph
from ._arguments import bad_type, check_number, is_a, is_path
from ._dump import load
from ._graph import Graph, capture
from ._output import Filename
from ._refgraph import Drawing


class LeakCapture(NamedTuple):
    """What the objects of a leak capture under one name."""

    name: str
    type: str  # of the values, or "several types"
    retained: int  # bytes that all values keep alive together
    values: int  # different ones
    shared: int  # closures, of all sites, that capture the value which most of them share
    used: str  # "never", "read", "written", "attributes", or "unknown"
    attributes: tuple[str, ...]  # those that are used, if these are all that is


class LeakStep(NamedTuple):
    """A step of the path from a root to one of the objects."""

    reference: str  # from the step before, as "._handlers" or "['tick']"; empty at the root
    kind: str | None  # of the reference, as "attribute"; None at the root
    id: int  # of the object in the last graph
    type: str
    label: str  # the object in one line
    retained: int  # bytes
    verdict: str  # "expected", "leaking" or "unknown"
    reason: str  # of the verdict; empty where it is carried along the path
    suspect: bool  # the reference is the one that should not be


class Mend(NamedTuple):
    """What mends a leak, and what that frees, in bytes."""

    kind: str  # "release", "narrow", "lifetime", "cycle" or "weak"
    text: str
    call: str  # lines of Python
    caveat: str  # what to think of first; mostly empty
    freed_now: int  # by reference counts
    freed_at_gc: int  # by the next collection
    stays: int  # of what the leak retains


class Leak(NamedTuple):
    """Closures, or the like, that are defined at one place and leak."""

    fingerprint: str  # the same between runs and machines
    kind: str  # "closure", "lambda", "bound method", "partial", "generator", "coroutine", "callback object", …
    qualname: str
    file: str
    line: int  # 0: not known
    copies: int
    retained: int  # bytes that they keep alive together
    exclusive: int  # bytes that each keeps alive by itself, added up
    growth: tuple[int, ...]  # copies, by round
    grows: str  # what is more in each round: "copies", "items" of what they capture, or nothing
    holder: str  # as "EventBus._handlers" or "functools.lru_cache"; "cycle": only they themselves
    signals: tuple[str, ...]  # why it is a leak
    captures: tuple[LeakCapture, ...]
    path: tuple[LeakStep, ...]  # from a root to one of them
    notes: tuple[str, ...]
    mends: tuple[Mend, ...]  # what frees most first
    accepted: bool  # by a baseline


def _capture(found):
    return LeakCapture(**{**found, "attributes": tuple(found["attributes"])})


def _step(found):
    edge, node = found["edge"] or {"kind": None, "name": ""}, found["node"]
    return LeakStep(
        edge["name"], edge["kind"], node["id"], node["type"], node["label"], node["retained"], found["verdict"],
        found["reason"], found["suspect"],
    )


def _leak(found):
    site, retained = found["site"], found["retained"]
    return Leak(
        found["fingerprint"], found["kind"], site["qualname"], site["file"], site["line"], found["copies"],
        retained["total"], retained["exclusive"], tuple(found["growth"]), found["grows"], found["holder"],
        tuple(found["signals"]),
        tuple(map(_capture, found["captures"])),
        tuple(_step(step) for path in found["paths"] for step in path["steps"]), tuple(found["notes"]),
        tuple(Mend(**mend) for mend in found["mends"]), found["accepted"],
    )


class Report(Sequence[Leak]):
    """The leaks that were found, each a :class:`Leak`, the likeliest first. It keeps no object alive.

    ``text`` and ``print()`` give it for people, a screen a leak; :meth:`json` and :meth:`sarif` for programs;
    :meth:`draw` draws one. An empty report says in its text what was looked at. ``graph`` is the last one that was
    looked at.

    >>> import refgraph
    >>> listeners = []
    >>> report = refgraph.leaks(step=lambda: listeners.append(lambda: None))
    """

    def __init__(self, report, graph):
        self.graph = graph
        self._report = report
        self._read()

    def _read(self):
        self._leaks = tuple(map(_leak, json.loads(self._report.leaks)))

    @property
    def text(self) -> str:
        """A screen a leak; without leaks a paragraph that says what was looked at.

        >>> print(report.text[:11])
        LEAK 1 of 1
        """
        return self._report.text

    def json(self) -> str:
        """One document, as ``refgraph leaks --json`` has it: ``schema``, ``leaks``, one object each, and ``loss``.

        >>> import json
        >>> sorted(json.loads(report.json()))
        ['leaks', 'loss', 'schema']
        """
        return f'{{"schema": 1, "leaks": {self._report.leaks}, "loss": {self._report.loss}}}\n'

    def sarif(self) -> str:
        """SARIF 2.1.0, for code hosts and editors; files below the current folder are named from there.

        >>> '"version": "2.1.0"' in report.sarif()
        True
        """
        return self._report.sarif(os.getcwd())

    def draw(self, i: int = 0, filename: Filename | None = None) -> Drawing:
        """Draws a leak, the likeliest one unless told otherwise: a :class:`Drawing`, root left, leak right.

        The reference that should not be is red, with the best mend beside it.

        >>> [node["role"] for node in report.draw().nodes].count("root")
        1
        """
        _output.check(filename)
        if not is_a(i, int):
            raise bad_type("i", i, "an int")
        if not -len(self) <= i < len(self):
            raise IndexError(f"there is no leak {i} to draw: the report has {len(self)}")
        return _output.deliver(self._report.draw(i % len(self), self.graph), filename)

    @property
    def baseline(self) -> str:
        """All leaks as text that :meth:`accept` and ``refgraph leaks --baseline`` accept: a line a leak.

        >>> report.baseline.splitlines()[-1].split()[0] == report[0].fingerprint
        True
        """
        return self._report.baseline

    def accept(self, baseline: str) -> None:
        """Accepts the leaks that a baseline lists, by fingerprint: they come last, and ``text`` only counts them.

        >>> report.accept("# none is accepted yet")
        >>> report[0].accepted
        False
        """
        if not is_a(baseline, str):
            raise bad_type("baseline", baseline, "the text of one, as of open(path).read()")
        self._report.accept(baseline.encode(errors="surrogatepass"))
        self._read()

    def _leave_out(self, leaks):
        self._report.leave_out("\n".join(leak.fingerprint for leak in leaks).encode())
        self._read()

    @overload
    def __getitem__(self, i: int) -> Leak: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[Leak, ...]: ...
    def __getitem__(self, i):
        return self._leaks[i]

    def __len__(self) -> int:
        return len(self._leaks)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        num = len(self)
        return f"<refgraph.Report: {num} leak{'' if num == 1 else 's'}>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The text, and below it a picture of the likeliest leak."""
        page = _notebook.text(self.text)
        if self:
            page += self.draw()._repr_mimebundle_().get("text/html", "")
        return {"text/plain": self.text, "text/html": page}


def _graph(source):
    return source if is_a(source, Graph) else load(source)


def call(step):
    """Calls a step, which has to have run when it returns."""
    result = step()
    if is_a(result, types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType):
        kind = "coroutine" if is_a(result, types.CoroutineType) else "generator"
        if kind == "coroutine":
            result.close()  # else Python says that nobody awaited it
        raise TypeError(f"step returned a {kind}, which has not run: pass a function that runs it to its end")


def _rounds(step, num):
    for _ in range(num):
        call(step)
        yield capture()


def leaks(
    *sources: Graph | Filename, step: Callable[[], object] | None = None, rounds: int = 5, warmup: int = 1
) -> Report:
    """Says which closures leak, why, who holds them, what they capture, and what mends it.

    Closures, lambdas, bound methods, partials, generators, coroutines and callback objects leak that are more in every
    round, or that capture something finished, such as a closed window, and are held all the same. What the next
    collection frees is no leak, unless the collector is off.

    Without arguments this process is looked at as it is. `sources` are graphs or paths of dumps of one process, the
    oldest first; what grows is seen in three or more. With `step`, a function without arguments, it is called `warmup`
    times, then `rounds` times, and the process is looked at after each of these. No collection is triggered.

    Returns a :class:`Report`.

    >>> import refgraph
    >>> listeners = []
    >>> def step():
    ...     rows = bytearray(100_000)
    ...     listeners.append(lambda: rows)
    >>> leak = refgraph.leaks(step=step)[0]
    >>> leak.qualname, leak.growth, leak.captures[0].name
    ('step.<locals>.<lambda>', (2, 3, 4, 5, 6), 'rows')
    >>> leak.mends[0].kind
    'lifetime'
    """
    if step is not None and sources:
        raise TypeError("give graphs and dumps, or step=, not both")
    if step is not None and not callable(step):
        raise bad_type("step", step, "a function without arguments")
    for source in sources:
        if not is_a(source, Graph) and not is_path(source):
            raise bad_type("each of sources", source, "a Graph or the path of a dump")
    check_number("rounds", rounds, 1, "rounds")
    check_number("warmup", warmup, 0, "rounds")
    report = _refgraph.Report()
    for _ in range(warmup if step is not None else 0):
        call(step)
    graphs = _rounds(step, rounds) if step is not None else map(_graph, sources or [capture()])
    num = rounds if step is not None else max(len(sources), 1)
    for i, graph in enumerate(graphs, 1):
        report.add(graph, last=i == num)
    return Report(report, graph)


def expect_gone(obj: object) -> None:
    """Says that an object is to be gone by now: :func:`leaks` reports it as long as something keeps it.

    The object is watched by a weak reference; TypeError if it can have none. What captures it, or holds it, is told as
    of any other leak, from dumps, too.

    >>> import refgraph
    >>> class Session: pass
    >>> sessions = [Session()]
    >>> refgraph.expect_gone(sessions[0])
    >>> [leak.qualname for leak in refgraph.leaks()]
    ['Session']
    >>> sessions.clear()
    >>> refgraph.leaks()
    <refgraph.Report: 0 leaks>
    """
    _refgraph.expect_gone(obj)
