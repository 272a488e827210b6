"""Graphs that outlive their capture, and the questions that they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Union

from . import _output, _refgraph, _tables
from ._arguments import (
    bad_type,
    check_functions,
    check_limits,
    check_path,
    check_rows,
    check_text,
    is_a,
    list_of,
)
from ._output import Filename, Output, Rankdir
from ._refgraph import Drawing
from ._tables import ClosureSite, CutReference, Cycle, Dominator, Growth, Path, Table, TypeCount

Ids = Union[int, Sequence[int]]


def as_targets(objs):
    """A list or tuple is a list of targets, as in objgraph; anything else is one target."""
    # By the real type, and with its own iterator: no code of the objects runs.
    for kind in (list, tuple):
        if issubclass(type(objs), kind):
            return list(kind.__iter__(objs))
    return [objs]


class Graph(_refgraph.Graph):
    """A graph of objects as they were at one moment; it keeps none of them alive.

    Made by :func:`capture` or read by :func:`load`. Objects are asked about as themselves, found again by address and
    type; by the ``id`` that ``Drawing.nodes`` gives them; or by a filter, ``where="closure:make.inner"``, which
    :meth:`find` describes. An object made later at the address of one that is gone, of the same type, is
    taken for that one: keep what you will ask about.

    >>> import refgraph
    >>> graph = refgraph.capture()
    >>> [node["role"] for node in graph.why(refgraph.capture).nodes]
    ['target', 'root']
    """

    def __repr__(self) -> str:
        return f"<refgraph.Graph: {self.num_nodes} objects, {self.num_edges} references>"

    def _ids(self, objs, id, where):
        if (objs is not None) + (id is not None) + (where is not None) != 1:
            raise TypeError("give one of objects, id= and where=")
        if id is not None:
            return [id] if is_a(id, int) else list_of("id", id, "an int or a sequence of ints")
        if where is None:
            return [self._find(obj) for obj in as_targets(objs)]
        found = self.find(where)
        if not found:
            raise _refgraph.NotFoundError(f"nothing in the graph matches '{where}'")
        return found

    def refs(
        self,
        objs: Any = None,
        max_depth: int = 3,
        *,
        id: Ids | None = None,
        where: str | None = None,
        too_many: int = 10,
        filename: Filename | None = None,
        refcounts: bool = False,
        shortnames: bool = True,
        output: Output | None = None,
        max_nodes: int = 200,
        internals: bool = False,
        rankdir: Rankdir | None = None,
        caption: bool = True,
    ) -> Drawing:
        """What the objects refer to, as :func:`refgraph.show_refs` draws it.

        >>> graph.refs(refgraph.capture, internals=True).edges[0]["kind"]
        'internal'
        """
        return self._neighbourhood(
            "refs", self._ids(objs, id, where), filename, output, max_depth=max_depth, max_references=too_many,
            max_nodes=max_nodes, internals=internals, refcounts=refcounts, shortnames=shortnames, rankdir=rankdir,
            caption=caption,
        )

    def backrefs(
        self,
        objs: Any = None,
        max_depth: int = 3,
        *,
        id: Ids | None = None,
        where: str | None = None,
        too_many: int = 10,
        filename: Filename | None = None,
        refcounts: bool = False,
        shortnames: bool = True,
        output: Output | None = None,
        max_nodes: int = 200,
        internals: bool = False,
        rankdir: Rankdir | None = None,
        caption: bool = True,
    ) -> Drawing:
        """What refers to the objects, as :func:`refgraph.show_backrefs` draws it.

        >>> len(graph.backrefs(refgraph.capture, 1).edges) > 1
        True
        """
        return self._neighbourhood(
            "backrefs", self._ids(objs, id, where), filename, output, backward=True, max_depth=max_depth,
            max_references=too_many, max_nodes=max_nodes, internals=internals, refcounts=refcounts,
            shortnames=shortnames, rankdir=rankdir, caption=caption,
        )

    def _neighbourhood(self, name, ids, filename, output, *, max_nodes, **options):
        _output.check(filename, output)
        check_limits(max_depth=options["max_depth"], too_many=options["max_references"], max_nodes=max_nodes)
        drawing = self._draw_neighbourhood(
            ids, max_nodes=max_nodes, max_edges=2 * max_nodes, call=f"{name}, max_depth={options['max_depth']}",
            **options,
        )
        return _output.deliver(drawing, filename, output)

    def why(
        self,
        objs: Any = None,
        *,
        id: Ids | None = None,
        where: str | None = None,
        max_paths: int = 1,
        filename: Filename | None = None,
        max_nodes: int = 200,
        rankdir: Rankdir | None = None,
        caption: bool = True,
    ) -> Drawing:
        """The shortest named paths from a root to each object, as :func:`refgraph.why` draws them.

        >>> graph.why(refgraph.capture).nodes[0]["type"]
        'function'
        """
        return self._why(self._ids(objs, id, where), max_paths, filename, max_nodes, rankdir, caption)

    def _why(self, ids, max_paths, filename, max_nodes, rankdir, caption):
        _output.check(filename)
        check_limits(max_paths=max_paths, max_nodes=max_nodes)
        call = "why" if max_paths == 1 else f"why, max_paths={max_paths}"
        drawing = self._draw_why(
            ids, max_paths=max_paths, max_nodes=max_nodes, max_edges=2 * max_nodes, call=call, rankdir=rankdir,
            caption=caption,
        )
        return _output.deliver(drawing, filename)

    def why_closures(
        self,
        limit: int = 50,
        *,
        all: bool = False,
        filename: Filename | None = None,
        max_nodes: int = 200,
        rankdir: Rankdir | None = None,
        caption: bool = True,
    ) -> Drawing:
        """The path from a root to each live closure, as :func:`refgraph.why_closures` draws them.

        >>> "closure" in graph.why_closures(limit=3).caption
        True
        """
        _output.check(filename)
        check_limits(limit=limit, max_nodes=max_nodes)
        drawing = self._draw_why_closures(
            max_sites=limit, implicit=all, max_nodes=max_nodes, max_edges=2 * max_nodes, call="why_closures",
            rankdir=rankdir, caption=caption,
        )
        return _output.deliver(drawing, filename)

    def _ids_or_all(self, objs, id, where):
        return None if objs is None and id is None and where is None else self._ids(objs, id, where)

    def types(self, where: str | None = None, *, retained: bool = False, limit: int | None = 30) -> Table[TypeCount]:
        """Objects and their bytes by type, the largest first: a :class:`Table` of ``TypeCount``.

        `where` is a filter that says which objects count. `retained` measures what would go if all objects of a type
        did, and puts the types that retain most first. `limit` None lists all.

        >>> graph.types("type:dict")[0].type
        'dict'
        """
        ids = None if where is None else self.find(where)
        return _tables.Table(self._types(ids=ids, retained=retained, limit=check_rows(limit)), self)

    def closures(self, where: str | None = None, *, limit: int | None = 50) -> Table[ClosureSite]:
        """Closures by definition site, those that retain most first: a :class:`Table` of ``ClosureSite``.

        With a filter, the sites of which a closure matches. Those that capture only what the language adds come last.

        >>> graph.closures(limit=1)[0].copies >= 1
        True
        """
        check_text("where", where, is_optional=True)
        return _tables.Table(self._closures(where=where, limit=check_rows(limit)), self)

    def dominators(
        self, objs: Any = None, *, id: Ids | None = None, where: str | None = None, limit: int | None = 40
    ) -> Table[Dominator]:
        """The objects that retain most, as a tree: a :class:`Table` of ``Dominator``.

        Each stands under the object that dominates it: without that one it would go, too. The tree begins at the
        objects, or where none are given at those that no single object keeps alive.

        >>> [record.depth for record in graph.dominators(refgraph.capture, limit=1)]
        [0]
        """
        ids = self._ids_or_all(objs, id, where)
        return _tables.Table(self._dominators(ids=ids, limit=check_rows(limit)), self)

    def retained(self, objs: Any = None, *, id: Ids | None = None, where: str | None = None) -> int:
        """Bytes that would go if all of the objects did, their own included.

        >>> graph.retained(refgraph.capture) > 0
        True
        """
        return self._retained(self._ids(objs, id, where))

    def cut(self, objs: Any = None, *, id: Ids | None = None, where: str | None = None) -> Table[CutReference]:
        """The fewest references to cut so that all of the objects are freed: a :class:`Table` of ``CutReference``.

        Among equally few those nearest to the objects, and only such as a program can undo: attributes, items, captured
        and local variables. ``summary`` says what is freed at once, and what the next collection frees; the table is
        empty where there is nothing to cut, and ``summary`` says why.

        >>> cut = graph.cut(refgraph.capture)
        >>> [record.reference for record in cut if record.holder.startswith("refgraph._graph")]
        ['.capture']
        """
        return _tables.Table(self._cut(self._ids(objs, id, where)), self)

    def paths(
        self, objs: Any = None, *, id: Ids | None = None, where: str | None = None, disjoint: int = 10
    ) -> Table[Path]:
        """Paths from the roots to one object that share no other object: a :class:`Table`, the shortest first.

        At most `disjoint` of them. If there is one, some object on it is on every way to the object; if there are two,
        there is none such. :meth:`cut` says which references to cut; :meth:`why` draws shortest paths to many objects.

        >>> any(path.path == "refgraph.capture" for path in graph.paths(refgraph.capture))
        True
        """
        check_limits(disjoint=disjoint)
        ids = self._ids(objs, id, where)
        if len(ids) != 1:
            raise ValueError(f"paths() is about one object, and {len(ids)} were given")
        return _tables.Table(self._disjoint_paths(ids[0], max_paths=disjoint), self)

    def cycles(self, *, limit: int | None = 30) -> Table[Cycle]:
        """Objects that refer to each other in a circle, those that retain most first: a :class:`Table` of ``Cycle``.

        >>> graph.cycles(limit=1)[0].objects > 1
        True
        """
        return _tables.Table(self._cycles(limit=check_rows(limit)), self)

    def diff(
        self,
        older: Graph,
        *,
        where: str | None = None,
        by: Literal["path", "site", "type"] = "path",
        limit: int | None = 30,
    ) -> Table[Growth]:
        """What grew since an older graph, of this process or another, and what shrank: a :class:`Table` of ``Growth``.

        What gained most bytes comes first. Objects are told by the path to them, without positions and keys; with `by`
        ``"site"`` by where their code is defined, with ``"type"`` by their type; never by their address. What grew with
        its holder is in the record of the holder. `where` is a filter that says which objects count. `limit` None lists
        all.

        >>> len(graph.diff(graph))
        0
        """
        if not is_a(older, _refgraph.Graph):
            raise bad_type("older", older, "a Graph")
        check_text("where", where, is_optional=True)
        check_text("by", by)
        growth = _refgraph.Growth()
        growth.add(older, where)
        growth.add(self, where)
        return _tables.Table(growth.table(by=by, limit=check_rows(limit)), self)

    def save(
        self,
        path: Filename,
        *,
        values: bool = False,
        compress: bool = True,
        progress: Callable[[str, int, int], object] | None = None,
    ) -> None:
        """Writes the graph as a dump, which :func:`refgraph.load` and the command line read.

        The file is readable by its owner alone, and appears when it is complete. `values` as for
        :func:`refgraph.dump`.

        >>> import os, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     graph.save(os.path.join(folder, "heap.rgd"))
        ...     refgraph.load(os.path.join(folder, "heap.rgd")).num_nodes == graph.num_nodes
        True
        """
        check_path("path", path)
        check_functions(progress=progress)
        self._save(path, values=values, compress=compress, progress=progress)

    def export(self, path, format=None, *, values=False, progress=None):
        """Writes all objects and references to a file in the format of another program.

        `format` is ``"heapsnapshot"``, for the Memory panel of Chrome's DevTools, ``"sqlite"``, ``"csv"``, which makes
        ``heap.nodes.csv`` and ``heap.edges.csv`` of ``heap.csv``, or ``"json"``, node-link for networkx; by default it
        is what the path ends in. refgraph-export(1) says what is in each; ids are those of the graph, but in heap
        snapshots. Sizes are bytes.

        Files are readable by their owner alone, and appear when they are complete. Text that came from outside the
        program is only there with `values`, as in :func:`refgraph.dump`. ``%d`` in the path becomes 1:
        ``refgraph export`` numbers the dumps of a series so. `progress` is called with a phase, how many objects and
        references are done, and how many there are. Raises :exc:`ArgumentError` for a format that there is not,
        :exc:`FileError` where a file cannot be written, and :exc:`UnsupportedError` for SQLite where it was left out of
        the build.

        >>> import os, refgraph, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = os.path.join(folder, "heap.heapsnapshot")
        ...     refgraph.capture().export(path)
        ...     os.listdir(folder)
        ['heap.heapsnapshot']
        """
        check_path("path", path)
        check_text("format", format, is_optional=True)
        check_functions(progress=progress)
        self._export(path, format, values=values, progress=progress)


def capture() -> Graph:
    """Captures every live object that the garbage collector knows, and what they refer to, with all names.

    The interpreter stands still meanwhile. The graph that is returned keeps no object alive. Raises the audit event
    ``refgraph.capture``, as each function does that looks at live objects.

    >>> import refgraph
    >>> refgraph.capture().num_nodes > 1000
    True
    """
    graph, _, _ = Graph._capture(())
    return graph
