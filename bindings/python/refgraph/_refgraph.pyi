"""The extension behind refgraph: graphs of live objects, captured in C, and drawings of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from types import CodeType
from typing import Any, Literal, TypedDict, final

from typing_extensions import Self

class Error(Exception):
    """The base of refgraph's exceptions, each of which has a builtin one for a base, too.

    >>> import refgraph
    >>> issubclass(refgraph.FileError, OSError)
    True
    """

class ArgumentError(Error, ValueError):
    """A value that was passed cannot be used.

    >>> import refgraph
    >>> try:
    ...     refgraph.capture().find("size:3M..2M")
    ... except refgraph.ArgumentError as error:
    ...     print("not such a range")
    not such a range
    """

class NotFoundError(Error, LookupError):
    """The object or id is not in the graph.

    >>> import refgraph
    >>> try:
    ...     refgraph.capture().node(10**9)
    ... except refgraph.NotFoundError:
    ...     print("not there")
    not there
    """

class LimitError(Error, OverflowError):
    """More than the format, the machine or `max_memory` can hold.

    >>> import io, refgraph
    >>> file = io.BytesIO()
    >>> result = refgraph.dump(file)
    >>> try:
    ...     refgraph.load(io.BytesIO(file.getvalue()), max_memory=1000)
    ... except refgraph.LimitError:
    ...     print("too large")
    too large
    """

class FileError(Error, OSError):
    """A file could not be written, or a system call failed.

    >>> import refgraph
    >>> try:
    ...     refgraph.show_refs([], filename="/no/such/folder/refs.svg")
    ... except refgraph.FileError as error:
    ...     print(error)
    cannot write '/no/such/folder/refs.svg': there is no folder '/no/such/folder'
    """

class RenderError(Error, RuntimeError):
    """refgraph-render is missing, crashed or refused; the message has its last words.

    >>> import os, refgraph
    >>> old = os.environ.get("REFGRAPH_RENDER")
    >>> os.environ["REFGRAPH_RENDER"] = "/nowhere"
    >>> try:
    ...     refgraph.show_refs([[1]]).svg()
    ... except refgraph.RenderError as error:
    ...     print(error)
    ... finally:
    ...     os.environ.pop("REFGRAPH_RENDER") if old is None else os.environ.update(REFGRAPH_RENDER=old)
    cannot start the renderer '/nowhere': No such file or directory; REFGRAPH_RENDER in the environment says where it is
    """

class DeadlineError(Error, TimeoutError):
    """It took longer than it was given.

    >>> import refgraph
    >>> try:
    ...     refgraph.show_refs([[1]]).svg(timeout=0.000001)
    ... except refgraph.DeadlineError:
    ...     print("too late")
    too late
    """

class UnsupportedError(Error, NotImplementedError):
    """This build or this interpreter cannot do it, or the dump is of a version that this refgraph does not know.

    >>> import io, refgraph
    >>> file = io.BytesIO()
    >>> result = refgraph.dump(file)
    >>> try:
    ...     refgraph.load(io.BytesIO(file.getvalue()[:8] + b"\\xff" * 8 + file.getvalue()[16:]))
    ... except (refgraph.UnsupportedError, refgraph.DumpError):
    ...     print("not to be read")
    not to be read
    """

class DumpError(Error, ValueError):
    """This is no dump, or a damaged one; the message has the offset of what is wrong.

    >>> import io, refgraph
    >>> try:
    ...     refgraph.load(io.BytesIO(b"text"))
    ... except refgraph.DumpError as error:
    ...     print("no dump")
    no dump
    """

class BusyError(Error, RuntimeError):
    """It is being done already: one dump is made at a time.

    >>> import os, refgraph, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = refgraph.dump(os.path.join(folder, "first.rgd"), wait=False)
    ...     try:
    ...         second = refgraph.dump(os.path.join(folder, "second.rgd"))
    ...     except refgraph.BusyError:
    ...         print("one at a time")
    ...     first = first.wait()
    one at a time
    """

built_for: int
states_agree: bool

def format_of(path: str | PathLike[str], /) -> Literal["dot", "svg", "png", "pdf", "text", "json"]:
    """The format that the extension of a file name asks for; ArgumentError names those that work."""

def dump(
    name: str,
    path: bytes,
    fd: int,
    method: Callable[[bytes], object] | None,
    mode: str,
    wait: bool,
    values: bool,
    compress: bool,
    progress: Callable[[str, int, int], object] | None,
) -> Dump:
    """Dumps the heap to a path, or without one to a descriptor, or without that by a method; see refgraph.dump."""

def expect_gone(obj: object, /) -> None:
    """Notes, by a weak reference, that the object is to be gone: captures say of it that it is finished."""

def read_frame() -> tuple[CodeType, int, dict[str, object]]:
    """Code, line and local variables of the caller's frame, read as a capture reads them."""

# What refgraph.objgraph and refgraph.testing are made of. Objects come in the order of gc.get_objects(), which
# `objects` replaces by its own where it is not None. No Python code runs meanwhile, but for callables that are passed.

def count_captured_items() -> int:
    """How many items caches of functions, and containers that functions capture or have for defaults, have in all."""

def count_types(objects: Iterable[object] | None, /) -> list[tuple[type, int]]:
    """The types of objects in the order in which they come up first, and how many objects each has."""

def objects_named(end: str, objects: Iterable[object] | None, /) -> list[object]:
    """The objects whose type may have a name that ends so: all of them, and those whose metaclass is not type."""

def objects_at(ids: Iterable[int], /) -> list[object]:
    """The objects that have one of these ids."""

def objects_without_referrers(objects: Iterable[object] | None, /) -> list[object]:
    """The objects that nothing refers to which the collector knows; a list that is passed does not count."""

def note_ids(
    numbers: list[tuple[type, int]], num_numbers: int, noted: object, /
) -> tuple[object, list[tuple[int, set[int]]]]:
    """Notes the number of its type for each object. Returns what is noted, and by number how many objects have it, and
    the ids of those that did not have it when `noted` was noted, which is None the first time. 0 is no number."""

def find_chain(
    obj: object,
    predicate: Callable[[object], object],
    neighbours: Callable[[object], Iterable[object]],
    max_depth: int,
    ignored_ids: Iterable[int],
    /,
) -> list[object]:
    """A shortest chain from an object that the predicate holds for to `obj`; `[obj]` where there is none. Objects are
    tested in the order of finding; those `max_depth` steps away are tested, but not what is next to them."""

@final
class Referrers:
    """What refers to an object, as gc.get_referrers() tells it. From the ninth object on an index of one moment is
    asked, which holds all objects until it is cleared."""

    def of(self, obj: object, /) -> list[object]:
        """The objects that refer to it."""
    def clear(self) -> None:
        """Drops the index; the next call makes another."""
    def num_held(self, obj: object, /) -> int:
        """How many references to it the index holds: 0 or 1."""

class _Outline(TypedDict):
    pause_ns: int
    objects: int
    edges: int
    bytes: int  # that were used while the process stood still
    references: dict[int, list[int]] | None  # address: addresses

def outline(*, references: bool = False) -> _Outline:
    """Who refers to whom, as calls that look at a part of the heap find that part: for tests and measurements."""

class _Node(TypedDict):
    id: int
    type: str
    label: str
    size: int
    role: Literal["target", "root", "path", "cut", "other"]
    count: int

class _Edge(TypedDict):
    source: int
    target: int
    kind: Literal[
        "attribute", "item", "index", "key", "captured", "local", "argument", "internal", "weak", "type"
    ]
    name: str
    count: int

class _GraphNode(TypedDict):
    id: int
    type: str
    label: str
    size: int
    refcount: int
    counted: int  # references that the graph shows; in one of the whole heap, the others are held by C code
    address: int
    state: Literal["unknown", "alive", "finished"]  # whether it is still in use, as far as a field of its own says so
    state_field: str  # that field, as "_closed"; empty where the state is not known
    allocation: tuple[str, int] | None  # file and line; of closures and what they capture, while tracemalloc is tracing
    frozen: bool  # set apart by gc.freeze(); told by graphs of the whole heap

class _GraphEdge(TypedDict):
    source: int
    target: int
    kind: str
    name: str

class _CapturedVariable(TypedDict):
    name: str
    use: Literal["unknown", "unused", "read", "written", "read and written"]  # by the code and the code inside it
    attributes: list[str] | None  # where of what is read only some attributes are used: these

class _Site(TypedDict):
    name: str
    file: str
    line: int  # 0: not known
    captured: list[_CapturedVariable]

class _Process(TypedDict):
    producer: str  # as "refgraph 0.1.0"
    interpreter: str  # as "CPython 3.11.2"
    host: str
    # "gil": every thread stood still; "gil, documented API": the same, by the documented API of CPython alone, since
    # the collector's lists were not found; "fork": a child that was made for it read the heap
    mode: str
    pid: int
    time_ns: int  # since 1970
    pause_ns: int  # how long the process stood still
    collector_enabled: bool
    thresholds: tuple[int, int, int]  # of the collector, by generation, as gc.get_threshold() has them
    counts: tuple[int, int, int]  # as gc.get_count() has them
    frozen: int  # objects that gc.freeze() set apart; told by graphs of the whole heap

_Annotations = Mapping[int, tuple[str | None, bool, tuple[tuple[str, str], ...]]]

_Cell = str | int | bool | tuple[str, ...] | tuple[tuple[object, ...], ...] | None

@final
class Table:
    """Rows that an analysis gave."""

    @property
    def name(self) -> str:
        """What the rows are, as "closures"."""
    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the cells of a row."""
    @property
    def rows(self) -> tuple[tuple[_Cell, ...], ...]:
        """The cells; words are tuples, and tables in a cell rows of their own."""
    @property
    def omitted(self) -> int:
        """Rows that a limit left out."""
    @property
    def summary(self) -> str:
        """A line about all rows, those that were left out too."""
    @property
    def text(self) -> str:
        """Aligned columns under headings, and the summary."""
    @property
    def json(self) -> str:
        """A list of objects, one a row, by the keys."""
    @property
    def html(self) -> str:
        """A <table> that has the summary for its caption."""

@final
class Growth:
    """What grows over several graphs. It keeps none of them."""

    def add(self, graph: Graph, /, where: str | None = None) -> None:
        """Adds the next graph, from the oldest to the newest. With a filter, the objects that match count."""
    def table(self, *, by: str = "path", limit: int | None = None) -> Table:
        """What grows in each step; of two graphs what shrinks, too. Raises ArgumentError for fewer than two."""

@final
class Report:
    """Which closures leak in a series of graphs. It keeps none of them."""

    def __new__(cls, *, min_graphs: int = 3) -> Report: ...
    def add(self, graph: Graph, /, *, last: bool = False) -> None:
        """Adds the next graph, from the oldest to the last one, about which the report is."""
    def accept(self, baseline: bytes, /) -> None:
        """Accepts the leaks whose fingerprints a baseline lists; ArgumentError for a line that has none."""
    def leave_out(self, baseline: bytes, /) -> None:
        """Takes the leaks that a baseline lists out of the report, as if they had not been found."""
    def draw(self, i: int, graph: Graph, /) -> Drawing:
        """The leak with this number, drawn in the last graph."""
    def sarif(self, folder: str | None, /) -> str:
        """SARIF 2.1.0, with the files below a folder named from there."""
    @property
    def baseline(self) -> str:
        """All leaks, as a baseline accepts them."""
    @property
    def text(self) -> str:
        """A screen a leak. Raises ArgumentError before the last graph."""
    @property
    def leaks(self) -> str:
        """JSON: a list of objects, one a leak. Raises ArgumentError before the last graph."""
    @property
    def loss(self) -> str:
        """JSON: an object that says what the graphs do not have. Raises ArgumentError before the last graph."""

class Graph:
    """A graph of objects as they were at one moment. It keeps none of them alive."""

    @property
    def num_nodes(self) -> int:
        """Objects in the graph, and frames and states that hold some.

        >>> graph.num_nodes > 1000
        True
        """
    @property
    def num_edges(self) -> int:
        """References in the graph.

        >>> graph.num_edges > graph.num_nodes
        True
        """
    @property
    def process(self) -> _Process:
        """The process that was captured, when and how, and what its garbage collector was set to.

        >>> import os
        >>> graph.process["pid"] == os.getpid()
        True
        """
    @property
    def losses(self) -> tuple[tuple[str, int], ...]:
        """What could not be recorded, each with how many; 0 where that is not known.

        >>> graph.losses
        ()
        """
    @property
    def truncated(self) -> bool:
        """Whether it comes from a dump that was cut off: what it says of sizes and references are lower bounds.

        >>> graph.truncated
        False
        """
    def find(self, where: str, /) -> tuple[int, ...]:
        """The ids of all objects that a filter holds for, ascending.

        Terms are joined by spaces, and all must hold: ``closure:outer.inner``, ``site:app.py:42``, ``type:Screen``,
        ``name:on_``, ``size:1M..``, ``id:4711``, ``garbage``; ``not`` negates the next one.

        >>> len(graph.find("type:dict size:1k..")) > 1
        True
        """
    def node(self, id: int, /) -> _GraphNode:
        """The object with this id.

        >>> id = graph.why(refgraph.capture).nodes[0]["id"]
        >>> graph.node(id)["label"]
        'capture'
        """
    def site(self, id: int, /) -> _Site | None:
        """Where the code of a function, method or generator is defined, and how it uses what it captures.

        For a frame it is where that stands. None for an object without code.

        >>> graph.site(id)["name"]
        'capture'
        """
    def references(self, id: int, /) -> list[_GraphEdge]:
        """Every reference of an object, in its own order; steps such as cells and attribute dicts are objects too.

        >>> "internal" in {edge["kind"] for edge in graph.references(id)}
        True
        """
    def referrers(self, id: int, /) -> list[_GraphEdge]:
        """Every reference to an object.

        >>> "capture" in {edge["name"] for edge in graph.referrers(id)}
        True
        """
    def _types(
        self, *, ids: Sequence[int] | None = None, retained: bool = False, limit: int | None = None
    ) -> Table:
        """The types of the objects with these ids, or of all, and maybe what they retain."""
    def _closures(self, *, where: str | None = None, limit: int | None = None) -> Table:
        """The definition sites of which a filter holds for a closure, or all."""
    def _dominators(self, *, ids: Sequence[int] | None = None, limit: int | None = None) -> Table:
        """The objects that retain most, as a tree that begins at these ids, or at the roots."""
    def _allocations(self, lines: Sequence[tuple[str, int, int, int]], *, limit: int | None = None) -> Table:
        """Lines of programs, (file, line, bytes, blocks), with the closures that capture what was allocated there."""
    def _cut(self, ids: Sequence[int], /) -> Table:
        """The fewest references to cut so that all of these objects are freed."""
    def _disjoint_paths(self, id: int, *, max_paths: int = 10) -> Table:
        """Paths from the roots to an object that share no other object."""
    def _cycles(self, *, limit: int | None = None) -> Table:
        """The cycles that retain most."""
    def _retained(self, ids: Sequence[int], /) -> int:
        """Bytes that would go with all of these objects."""
    @classmethod
    def _capture(
        cls,
        targets: Sequence[object],
        *,
        max_depth: int | None = None,
        max_references: int = 10,
        max_nodes: int = 200,
        internals: bool = False,
        hold: int | None = None,
        own_references: int = 0,
        redacted: bool = False,
        isolated: bool = False,
        question: Literal["paths", "referrers"] | None = None,
    ) -> tuple[Self, tuple[int, ...], dict[int, object]]:
        """Captures the whole heap, or with max_depth what the targets refer to.

        Also gives the targets' ids, and objects by id that the caller then keeps: with hold=-1 all of the graph, with
        another number those that refer to the targets within that depth. The own_references to each target that only
        the call itself holds are not counted. A redacted graph has types and lengths in place of values, and of keys
        that came from outside the program. An isolated capture reads the heap as one in a forked child does. A question
        needs only a part of the heap: "paths", one to each target, or "referrers" within max_depth.
        """
    def _find(self, object: object, /) -> int:
        """The id of an object, found again by its address and type; else NotFoundError."""
    def _save(
        self,
        target: str | bytes | PathLike[str] | PathLike[bytes] | Callable[[bytes], object],
        *,
        values: bool = False,
        compress: bool = True,
        progress: Callable[[str, int, int], object] | None = None,
    ) -> None:
        """Writes the graph as a dump: to a path, or by calling a method with one piece after the other."""
    def _export(
        self,
        path: str | bytes | PathLike[str],
        format: str | None = None,
        *,
        values: bool = False,
        progress: Callable[[str, int, int], object] | None = None,
    ) -> None:
        """Writes the graph in the format of another program, by its word or else by the end of the path."""
    @classmethod
    def _load(
        cls,
        source: int | Callable[[int], bytes],
        *,
        max_memory: int = 0,
        progress: Callable[[str, int, int], object] | None = None,
    ) -> Self:
        """Reads a dump from a descriptor, or by calling a method with the size of each piece."""
    def _draw_neighbourhood(
        self,
        ids: Sequence[int],
        *,
        backward: bool = False,
        max_depth: int = 3,
        max_references: int = 10,
        max_nodes: int = 200,
        max_edges: int = 400,
        internals: bool = False,
        excluded: Sequence[int] = (),
        call: str | None = None,
        caption: bool = True,
        shortnames: bool = True,
        refcounts: bool = False,
        rankdir: Literal["LR", "TB"] | None = None,
        annotations: _Annotations | None = None,
    ) -> Drawing:
        """What lies around the nodes, the nearest first."""
    def _draw_why(
        self,
        ids: Sequence[int],
        *,
        max_paths: int = 1,
        max_nodes: int = 200,
        max_edges: int = 400,
        call: str | None = None,
        caption: bool = True,
        shortnames: bool = True,
        refcounts: bool = False,
        rankdir: Literal["LR", "TB"] | None = None,
        annotations: _Annotations | None = None,
    ) -> Drawing:
        """The shortest paths from a root to each node."""
    def _draw_why_closures(
        self,
        *,
        max_sites: int = 50,
        implicit: bool = False,
        max_nodes: int = 200,
        max_edges: int = 400,
        call: str | None = None,
        caption: bool = True,
        shortnames: bool = True,
        refcounts: bool = False,
        rankdir: Literal["LR", "TB"] | None = None,
        annotations: _Annotations | None = None,
    ) -> Drawing:
        """The path from a root to every closure, one box a definition site."""

@final
class Drawing:
    """A picture of a part of a graph.

    It displays itself in a notebook, prints as a tree with ``print(drawing.text)`` and is saved in the format that the
    name asks for: ``.dot``, ``.svg``, ``.png``, ``.pdf``, ``.txt`` or ``.json``.

    >>> import refgraph
    >>> def make():
    ...     rows = bytearray(1000)
    ...     return lambda: rows
    >>> drawing = refgraph.show_refs(make())
    """

    @property
    def caption(self) -> str:
        """The line at the foot of the picture: what is shown, and what was left out.

        >>> drawing.caption
        'show_refs, max_depth=3 · 2 objects · globals, code and types not drawn'
        """
    @property
    def dot(self) -> str:
        """The picture in the DOT language. The same input gives the same text, byte for byte.

        >>> drawing.dot.startswith("digraph")
        True
        """
    @property
    def process(self) -> _Process:
        """The capture that it was drawn from: when and in which mode, and how long the process stood still for it.

        >>> drawing.process["mode"]
        'gil'
        """
    @property
    def losses(self) -> tuple[tuple[str, int], ...]:
        """What that capture could not record, each with how many; 0 where that is not known.

        >>> drawing.losses
        ()
        """
    @property
    def text(self) -> str:
        """The picture as a tree for terminals.

        >>> print(drawing.text.splitlines()[1])
        └─ captures rows → bytearray, 1.1 kB
        """
    @property
    def nodes(self) -> list[_Node]:
        """Every object in the picture, those that are a row of their holder's box included.

        >>> [node["type"] for node in drawing.nodes]
        ['function', 'bytearray']
        """
    @property
    def edges(self) -> list[_Edge]:
        """Every reference in the picture, by the ids of its ends.

        >>> [(edge["kind"], edge["name"]) for edge in drawing.edges]
        [('captured', 'rows')]
        """
    def json(self) -> str:
        """Caption, nodes and edges as JSON.

        >>> import json
        >>> sorted(json.loads(drawing.json()))
        ['caption', 'edges', 'nodes']
        """
    def svg(self, *, timeout: float = 20.0) -> str:
        """The picture as SVG. DeadlineError after `timeout` seconds.

        >>> ">rows<" in drawing.svg()
        True
        """
    def png(self, *, timeout: float = 20.0, with_dot: bool = False) -> bytes:
        """The picture as PNG; with_dot embeds its DOT source, which may tell more than the picture.

        >>> drawing.png()[1:4]
        b'PNG'
        """
    def pdf(self, *, timeout: float = 20.0) -> bytes:
        """The picture as PDF.

        >>> drawing.pdf()[:5]
        b'%PDF-'
        """
    def save(self, path: str | PathLike[str], *, timeout: float = 20.0) -> None:
        """Writes the picture to a file in the format of its extension.

        The file appears complete or not at all.

        >>> import os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     drawing.save(os.path.join(folder, "refs.svg"))
        ...     os.listdir(folder)
        ['refs.svg']
        """
    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """SVG and text, for notebooks."""

@final
class Dump:
    """A dump, done or under way. What is known in the end only is None before.

    >>> import io, refgraph
    >>> done = refgraph.dump(io.BytesIO())
    """

    @property
    def path(self) -> str:
        """Where it goes: the path, or the name of the file object.

        >>> done.path
        'a file object'
        """
    @property
    def done(self) -> bool:
        """Whether it is at its end, well or not.

        >>> done.done
        True
        """
    @property
    def mode(self) -> Literal["fork", "gil"]:
        """How the heap was read: by a child process, or while this process stood still.

        >>> done.mode
        'gil'
        """
    @property
    def objects(self) -> int | None:
        """Objects in the dump.

        >>> done.objects > 1000
        True
        """
    @property
    def bytes(self) -> int | None:
        """Bytes of the dump.

        >>> done.bytes > 1000
        True
        """
    @property
    def pause_ms(self) -> float | None:
        """Milliseconds for which this process stood still.

        >>> done.pause_ms > 0
        True
        """
    @property
    def losses(self) -> tuple[tuple[str, int], ...] | None:
        """What is not in the dump or was done otherwise, each with how many; 0 where that is not known.

        >>> [what for what, _ in done.losses]
        []
        """
    def wait(self, timeout: float | None = None) -> Dump:
        """Waits until it is done, and gives it back, or raises what went wrong; DeadlineError after `timeout` seconds.

        >>> done.wait() is done
        True
        """
