"""The calls of one line. Each captures, asks its question and draws the answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

from . import _output
from ._arguments import check_functions, check_limits, list_of
from ._graph import Graph, as_targets
from ._output import Filename, Output, Rankdir
from ._refgraph import Drawing


def show_refs(
    objs: Any,
    max_depth: int = 3,
    extra_ignore: Collection[int] = (),
    filter: Callable[[Any], object] | None = None,
    too_many: int = 10,
    highlight: Callable[[Any], object] | None = None,
    filename: Filename | None = None,
    extra_info: Callable[[Any], object] | None = None,
    refcounts: bool = False,
    shortnames: bool = True,
    output: Output | None = None,
    extra_node_attrs: Callable[[Any], Mapping[str, Any]] | None = None,
    *,
    max_nodes: int = 200,
    internals: bool = False,
    rankdir: Rankdir | None = None,
    caption: bool = True,
) -> Drawing:
    """Draws what objects refer to, from them on to `max_depth` references away.

    A list or tuple is a list of targets; to ask about a list itself, put it into one: ``show_refs([rows])``.

    A function shows its captured variables by name. Its globals, builtins and code are not drawn, unless with
    `internals`. The cost follows what is drawn, not the size of the heap.

    The parameters of objgraph's show_refs mean what they mean there: `extra_ignore` is a collection of id()s,
    `filter` decides what is drawn, `too_many` is the most references drawn of one object, `highlight` and
    `extra_info` are called with each object that is drawn, `extra_node_attrs` gives Graphviz attributes. `filename`
    ends in .dot, .svg, .png, .pdf, .txt or .json; `output` is a file object that gets DOT. At most `max_nodes`
    objects are drawn, those nearest to the targets first.

    Returns a :class:`Drawing`.

    >>> import refgraph
    >>> def make(rows):
    ...     return lambda: rows
    >>> [edge["name"] for edge in refgraph.show_refs(make(b"1 2")).edges]
    ['rows']
    """
    return _show(
        "show_refs", False, objs, max_depth, extra_ignore, filter, too_many, highlight, filename, extra_info, refcounts,
        shortnames, output, extra_node_attrs, max_nodes, internals, rankdir, caption,
    )


def show_backrefs(
    objs: Any,
    max_depth: int = 3,
    extra_ignore: Collection[int] = (),
    filter: Callable[[Any], object] | None = None,
    too_many: int = 10,
    highlight: Callable[[Any], object] | None = None,
    filename: Filename | None = None,
    extra_info: Callable[[Any], object] | None = None,
    refcounts: bool = False,
    shortnames: bool = True,
    output: Output | None = None,
    extra_node_attrs: Callable[[Any], Mapping[str, Any]] | None = None,
    *,
    max_nodes: int = 200,
    internals: bool = False,
    rankdir: Rankdir | None = None,
    caption: bool = True,
) -> Drawing:
    """Draws what refers to objects, from them back to `max_depth` references away.

    Modules, and frames with their local variables, are drawn and not followed further. The parameters are those of
    :func:`show_refs`. The whole heap is looked through for references, and what is near the targets is captured.

    Returns a :class:`Drawing`.

    >>> import refgraph
    >>> listeners = {"click": lambda: None}
    >>> drawing = refgraph.show_backrefs(listeners["click"], 1)
    >>> "'click'" in {edge["name"] for edge in drawing.edges}
    True
    """
    return _show(
        "show_backrefs", True, objs, max_depth, extra_ignore, filter, too_many, highlight, filename, extra_info,
        refcounts, shortnames, output, extra_node_attrs, max_nodes, internals, rankdir, caption,
    )


# What a filter may look at, beyond what is drawn in the end.
_CANDIDATES = 10_000
_CANDIDATE_REFERENCES = 1_000


def _show(
    name, backward, objs, max_depth, extra_ignore, filter, too_many, highlight, filename, extra_info, refcounts,
    shortnames, output, extra_node_attrs, max_nodes, internals, rankdir, caption,
):
    _output.check(filename, output)
    check_limits(max_depth=max_depth, too_many=too_many, max_nodes=max_nodes)
    check_functions(
        filter=filter, highlight=highlight, extra_info=extra_info, extra_node_attrs=extra_node_attrs
    )
    ignored = set(list_of("extra_ignore", extra_ignore, "a collection of ids"))
    has_callables = any(callable is not None for callable in (filter, highlight, extra_info, extra_node_attrs))
    selects = filter is not None or bool(ignored)
    holds = has_callables or bool(ignored)
    targets = as_targets(objs)
    graph, ids, held = Graph._capture(
        targets,
        max_depth=max_depth,
        max_references=max(too_many, _CANDIDATE_REFERENCES) if selects else too_many,
        max_nodes=max(max_nodes, _CANDIDATES) if selects else max_nodes,
        internals=internals or (backward and holds),
        own_references=1 if len(targets) != 1 or targets[0] is not objs else _OWN_REFERENCES,
        hold=None if not holds else (max_depth if backward else -1),
        question="referrers" if backward else None,
    )
    options = dict(
        backward=backward,
        max_depth=max_depth,
        max_references=too_many,
        max_nodes=max_nodes,
        max_edges=2 * max_nodes,
        internals=internals,
        excluded=_excluded(held, ids, ignored, filter),
        call=f"{name}, max_depth={max_depth}",
        caption=caption,
        shortnames=shortnames,
        refcounts=refcounts,
        rankdir=rankdir,
    )
    drawing = graph._draw_neighbourhood(ids, **options)
    annotations = _annotations(drawing, held, highlight, extra_info, extra_node_attrs)
    if annotations:
        drawing = graph._draw_neighbourhood(ids, **options, annotations=annotations)
    return _output.deliver(drawing, filename, output)


def _count(objs):
    return _count_below(objs)


def _count_below(objs):
    targets = [objs]
    return sys.getrefcount(targets[0])


def _own_references():
    """References to an object that a call passes down as show_refs does, which differ by version of Python.

    From 3.14 on a frame may borrow an argument from who calls. The extension counts what frames hold there, and what is
    left is the item of the list.
    """
    if sys.version_info >= (3, 14):
        return 1
    probe = object()
    return _count(probe) - sys.getrefcount(probe)


_OWN_REFERENCES = _own_references()


def _excluded(held, ids, ignored, filter):
    """The nodes that are not to be there. As in objgraph, the filter is not asked about the targets."""
    targets = set(ids)
    return [
        node
        for node, obj in held.items()
        if node not in targets and (id(obj) in ignored or (filter is not None and not filter(obj)))
    ]


def _text(value):
    """As text that C takes: lone surrogates and NUL are written as the escapes that are shown for them."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def _annotations(drawing, held, highlight, extra_info, extra_node_attrs):
    if highlight is None and extra_info is None and extra_node_attrs is None:
        return None
    annotations = {}
    for node in drawing.nodes:
        if node["id"] not in held:
            continue
        obj = held[node["id"]]
        attributes = extra_node_attrs(obj) if extra_node_attrs is not None else {}
        annotations[node["id"]] = (
            _text(extra_info(obj)) if extra_info is not None else None,
            bool(highlight(obj)) if highlight is not None else False,
            tuple((_text(key), _text(value)) for key, value in sorted(attributes.items()) if value is not None),
        )
    return annotations


def why(
    objs: Any,
    *,
    max_paths: int = 1,
    filename: Filename | None = None,
    max_nodes: int = 200,
    rankdir: Rankdir | None = None,
    caption: bool = True,
) -> Drawing:
    """Draws why objects are alive: the shortest path of references from a root to each of them.

    Roots are modules, running frames with their local variables, and the state of threads and of the interpreter; the
    caller's own variables are roots like others, and often the nearest: `max_paths` shows what else holds an object,
    each path through another holder. Weak references keep nothing alive and are on no path. A list or tuple is a list
    of targets; to ask about a list itself, put it into one: ``why([rows])``. Paths to more than a dozen targets are
    merged: what is held alike and looks alike is one box, with its count and bytes. Of a linked list the first two
    nodes and the last are drawn.

    Returns a :class:`Drawing`.

    >>> import refgraph
    >>> listeners = {"click": lambda: None}
    >>> "['click']" in refgraph.why(listeners["click"]).text
    True
    """
    _output.check(filename)
    check_limits(max_paths=max_paths, max_nodes=max_nodes)
    graph, ids, _ = Graph._capture(as_targets(objs), question="paths" if max_paths == 1 else None)
    return graph._why(ids, max_paths, filename, max_nodes, rankdir, caption)


def why_closures(
    limit: int = 50,
    *,
    all: bool = False,
    filename: Filename | None = None,
    max_nodes: int = 200,
    rankdir: Rankdir | None = None,
    caption: bool = True,
) -> Drawing:
    """Draws the path from a root to each live closure, merged: one box a definition site, with its count.

    The sites with the largest captured values come first; at most `limit` are drawn, but ``.text`` and ``.json()``
    list every one. Functions that capture only ``__class__``, as every method with super() does, are counted and not
    drawn, unless with `all`.

    Returns a :class:`Drawing`.

    >>> import json, refgraph
    >>> def make(rows):
    ...     return lambda: rows
    >>> closure = make([1, 2])
    >>> sites = json.loads(refgraph.why_closures().json())["closures"]
    >>> any(site["name"].endswith("<lambda>") for site in sites)
    True
    """
    _output.check(filename)
    check_limits(limit=limit, max_nodes=max_nodes)
    graph, _, _ = Graph._capture(())
    return graph.why_closures(
        limit, all=all, filename=filename, max_nodes=max_nodes, rankdir=rankdir, caption=caption
    )
