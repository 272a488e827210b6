"""objgraph's calls, argument for argument and output for output, without a walk over the heap for each object.

>>> from refgraph import objgraph
>>> objgraph.count("dict") > 0
True

A program that uses objgraph need not be changed: ``sys.modules["objgraph"] = refgraph.objgraph`` makes each
``import objgraph`` this module.

Of all of refgraph this module alone runs code of the program's: it calls repr(), getattr() and gc.collect() where
objgraph does. It prints to sys.stdout, starts Graphviz's `dot`, and leaves files among the temporary ones, as objgraph
does. refgraph's own calls do none of this.

"All objects" are those of gc.get_objects(): what the collector tracks, without what gc.freeze() set apart. A short name
of a type is its `__name__`, a long one has its `__module__` and a dot before it. Ids are those of id().
"""

import builtins
import collections
import contextlib
import gc
import inspect
import io
import operator
import os
import shutil
import subprocess
import sys
import tempfile

from . import _objgraph_dot as _dot
from . import _refgraph

try:
    import graphviz  # type: ignore[import]
except ImportError:
    pass

__author__ = "the refgraph authors"
__copyright__ = "Copyright (c) 2026 the refgraph authors"
__license__ = "MIT"
__version__ = "3.7.0.dev0"  # of the objgraph whose calls these are
__date__ = "2026-11-26"

try:
    # A notebook shows what a call returns; in a terminal a viewer is started.
    _SHELL = builtins.get_ipython().__class__.__name__  # type: ignore[attr-defined]
    IS_INTERACTIVE = "graphviz" in globals() and "TerminalInteractiveShell" not in _SHELL
except AttributeError:
    IS_INTERACTIVE = False


# --- statistics -------------------------------------------------------------------------------------------------------


def count(typename, objects=None):
    """How many objects have a type of this name, an int.

    A dot in `typename` makes it a long name. `objects` is an iterable; without it, all objects are counted.

    >>> class Session: pass
    >>> sessions = [Session(), Session()]
    >>> count("Session"), count(f"{__name__}.Session"), count("Session", sessions[:1])
    (2, 2, 1)
    """
    name_of = _dot.naming("." not in typename)
    total = 0
    # No comprehension: what Python makes for that before it runs would be counted, too.
    for kind, num in _refgraph.count_types(objects):
        if name_of(kind) == typename:
            total += num
    return total


def typestats(objects=None, shortnames=True, filter=None):
    """A dict from the name of each type to how many objects have it, in the order in which types come up first.

    Only objects for which `filter(obj)` is true are counted. The values add up to the number of these objects.

    >>> typestats([1, "one", 2], filter=lambda obj: obj != 2)
    {'int': 1, 'str': 1}
    """
    if filter is not None:
        objects = list(builtins.filter(filter, gc.get_objects() if objects is None else objects))
    try:
        name_of = _dot.naming(shortnames)
        counts = _refgraph.count_types(objects)
        stats = {}  # a tracked object, which would have been counted
        for kind, num in counts:
            name = name_of(kind)
            stats[name] = stats.get(name, 0) + num
        return stats
    finally:
        # The list may hold the frame that holds it.
        del objects


def most_common_types(limit=10, objects=None, shortnames=True, filter=None):
    """The `limit` most frequent types, a list of (name, number of objects), most objects first; None or 0: all.

    >>> most_common_types(limit=1, objects=["a", 1, 2])
    [('int', 2)]
    """
    stats = sorted(typestats(objects, shortnames, filter).items(), key=operator.itemgetter(1), reverse=True)
    return stats[:limit] if limit else stats


def show_most_common_types(limit=10, objects=None, shortnames=True, file=None, filter=None):
    """Writes a table of the most frequent types to `file`, sys.stdout by default.

    ValueError if there is no object to count.

    >>> show_most_common_types(objects=["a", 1, 2])
    int 2
    str 1
    """
    file = sys.stdout if file is None else file
    stats = most_common_types(limit, objects, shortnames, filter)
    width = max(len(name) for name, _ in stats)
    for name, num in stats:
        file.write("%-*s %i\n" % (width, name, num))


def growth(limit=10, peak_stats={}, shortnames=True, filter=None):
    """Types with more objects than ever before, a list of (name, number of objects, how many more), most growth first.

    Collects garbage first. `peak_stats` is a dict from names to the most objects there were, which is brought up to
    date; without it, that is kept for the life of the process. `limit` None or 0: all.

    >>> class Session: pass
    >>> peaks = {}
    >>> _ = growth(peak_stats=peaks)
    >>> sessions = [Session(), Session()]
    >>> [row for row in growth(limit=None, peak_stats=peaks) if row[0] == "Session"]
    [('Session', 2, 2)]
    """
    gc.collect()
    grown = []
    for name, num in typestats(None, shortnames, filter).items():
        peak = peak_stats.get(name, 0)
        if num > peak:
            grown.append((name, num, num - peak))
            peak_stats[name] = num
    grown.sort(key=operator.itemgetter(2), reverse=True)
    return grown[:limit] if limit else grown


def show_growth(limit=10, peak_stats=None, shortnames=True, file=None, filter=None):
    """Writes what growth() gives as a table to `file`, sys.stdout by default; nothing if nothing grew.

    >>> class Session: pass
    >>> is_session = lambda obj: type(obj) is Session
    >>> sessions = [Session(), Session()]
    >>> show_growth(peak_stats={}, filter=is_session)
    Session        2        +2
    """
    file = sys.stdout if file is None else file
    if peak_stats is None:
        grown = growth(limit, shortnames=shortnames, filter=filter)
    else:
        grown = growth(limit, peak_stats, shortnames, filter)
    width = max((len(name) for name, _, _ in grown), default=0)
    for name, num, delta in grown:
        file.write("%-*s%9d %+9d\n" % (width, name, num, delta))


def get_new_ids(skip_update=False, limit=10, sortby="deltas", shortnames=None, file=None, _state={}):
    """Ids of objects that came up since the last call: a dict from the name of a type to a set of ids.

    It is the same dict with every call, filled anew; with `skip_update` it is given back as it is. Collects garbage
    first. `shortnames` None: as in the last call. Writes a table of `limit` types to `file`, sys.stdout by default: the
    number of objects before and of those there are, of new ones, and the difference, by which of these `sortby` says:
    "old", "current", "new" or "deltas". `limit` 0: no table; None: all types. KeyError for another `sortby`.

    >>> class Session: pass
    >>> _ = get_new_ids(limit=0)
    >>> session = Session()
    >>> get_new_ids(limit=0)["Session"] == {id(session)}
    True
    """
    new_ids = _state.setdefault("new", collections.defaultdict(set))
    if skip_update:
        return new_ids
    column = {"old": 1, "current": 2, "new": 3, "deltas": 4}[sortby]
    if shortnames is not None:
        _state["shortnames"] = shortnames
    gc.collect()
    rows = _update_ids(new_ids, _dot.naming(_state.get("shortnames", True)), _state)
    rows.sort(key=lambda row: (row[column], row[0]), reverse=True)
    if limit != 0:
        _write_ids(rows if limit is None else rows[:limit], sys.stdout if file is None else file)
    return new_ids


def _update_ids(new_ids, name_of, state):
    """Rows of (name, old, current, new, delta). The number of a name stays its own, whatever comes and goes."""
    numbers = state.setdefault("numbers", {})
    old_counts = state.get("counts", {})
    new_ids.clear()
    numbered_types = []
    for kind, _ in _refgraph.count_types(None):
        numbered_types.append((kind, numbers.setdefault(name_of(kind), len(numbers) + 1)))
    state["noted"], noted = _refgraph.note_ids(numbered_types, len(numbers) + 1, state.get("noted"))
    state["counts"] = {name: noted[number][0] for name, number in numbers.items()}
    rows = []
    for name, number in numbers.items():
        old, (current, ids) = old_counts.get(name, 0), noted[number]
        if old or current:
            new_ids[name] = ids
            rows.append((name, old, current, len(ids), current - old))
    return rows


def _write_ids(rows, file):
    width = max(len(row[0]) for row in rows)
    line = "=" * (width + 4 * 13) + "\n"
    head = "%-*s%13s%13s%13s%13s\n" % (width, "Type", "Old_ids", "Current_ids", "New_ids", "Count_Deltas")
    file.write(line + head + line)
    for row in rows:
        file.write("%-*s%13d%13d%+13d%+13d\n" % (width, *row))
    file.write(line)


# --- locating ---------------------------------------------------------------------------------------------------------


def get_leaking_objects(objects=None):
    """Objects that no object refers to, a list: roots, and what reference counts of C code are wrong for.

    Collects garbage first. Of `objects`, an iterable, those are given that nothing at all refers to but the list that
    was passed; without it, of all objects.

    >>> kept = object()
    >>> holder = [kept]
    >>> get_leaking_objects([kept]), get_leaking_objects([])
    ([], [])
    """
    gc.collect()
    return _refgraph.objects_without_referrers(objects)


def by_type(typename, objects=None):
    """The objects that have a type of this name, a list, in the order of gc.get_objects() or of `objects`, an iterable.

    A dot in `typename` makes it a long name. The list is all that refers to them afterwards.

    >>> class Session: pass
    >>> session = Session()
    >>> by_type("Session") == [session]
    True
    """
    name_of = _dot.naming("." not in typename)
    candidates = _refgraph.objects_named(typename.rpartition(".")[2], objects)
    # No comprehension, as above.
    found = []
    for obj in candidates:
        if name_of(type(obj)) == typename:
            found.append(obj)
    return found


def at(addr):
    """The object that has this id, or None: objects that the collector does not track are not found.

    >>> rows = []
    >>> at(id(rows)) is rows, at(id("text"))
    (True, None)
    """
    found = _refgraph.objects_at((addr,))
    return found[0] if found else None


def at_addrs(address_set):
    """The objects whose ids are in a set, a list in the order of gc.get_objects().

    >>> rows = []
    >>> at_addrs({id(rows), 7})
    [[]]
    """
    return _refgraph.objects_at(address_set)


def is_proper_module(obj):
    """Whether an object is a module that `import` gives: a predicate for find_backref_chain().

    >>> import types
    >>> is_proper_module(types), is_proper_module(types.ModuleType("types"))
    (True, False)
    """
    return inspect.ismodule(obj) and obj is sys.modules.get(getattr(obj, "__name__", None))


def find_ref_chain(obj, predicate, max_depth=20, extra_ignore=()):
    """A shortest chain of references from `obj` to an object for which `predicate(obj)` is true: a list, `obj` first.

    `[obj]` if there is none within `max_depth` references. `extra_ignore` are ids of objects to go around. Collects
    garbage first.

    >>> find_ref_chain([0, ["deep"]], lambda obj: obj == "deep")
    [[0, ['deep']], ['deep'], 'deep']
    """
    return _find_chain(obj, predicate, gc.get_referents, max_depth, extra_ignore)[::-1]


def find_backref_chain(obj, predicate, max_depth=20, extra_ignore=()):
    """A shortest chain of references to `obj` from an object for which `predicate(obj)` is true: a list, `obj` last.

    `[obj]` if there is none within `max_depth` references. `extra_ignore` are ids of objects to go around. Collects
    garbage first. What refers to what is looked up in one index, once several objects were looked at.

    >>> import types
    >>> deep = []
    >>> types.deep = deep
    >>> find_backref_chain(deep, is_proper_module)[0] is types
    True
    >>> del types.deep
    """
    with _referrers() as edge_func:
        return _find_chain(obj, predicate, edge_func, max_depth, extra_ignore)


@contextlib.contextmanager
def _referrers():
    """What to ask for referrers, while the block runs, however it ends."""
    referrers = _refgraph.Referrers()
    try:
        yield referrers.of
    finally:
        referrers.clear()


def _find_chain(obj, predicate, edge_func, max_depth=20, extra_ignore=()):
    gc.collect()
    ignored = {id(extra_ignore), *extra_ignore}
    return _refgraph.find_chain(obj, predicate, edge_func, min(max_depth, sys.maxsize), ignored)


# --- drawing ----------------------------------------------------------------------------------------------------------


def show_refs(
    objs,
    max_depth=3,
    extra_ignore=(),
    filter=None,
    too_many=10,
    highlight=None,
    filename=None,
    extra_info=None,
    refcounts=False,
    shortnames=True,
    output=None,
    extra_node_attrs=None,
):
    """Draws what objects refer to, up to `max_depth` references away: of one object, or of those in a list or tuple.

    Objects with an id in `extra_ignore` are left out, and those for which `filter(obj)` is false. At most `too_many`
    references of an object are drawn; how many more there are is said. Objects for which `highlight(obj)` is true are
    in colour, the text of `extra_info(obj)` is written into their boxes, `extra_node_attrs(obj)` gives Graphviz
    attributes, a dict of names and values. `refcounts` writes how many references there are to an object beside one,
    which for those asked about is that of the list.

    `output`, a file, gets the graph in DOT. A `filename` that ends in .dot is written as such; for one that ends
    otherwise `dot` of Graphviz draws the picture from a temporary file. Without both a viewer is started, or, in a
    notebook, a graphviz.Source is returned. In all other cases None is. ValueError for both.

    >>> import io
    >>> text = io.StringIO()
    >>> show_refs([[1]], max_depth=0, output=text)
    >>> print(text.getvalue().splitlines()[1])
      node[shape=box, style=filled, fillcolor=white];
    """
    # From here on only the list holds it.
    objs = _as_list(objs)
    return _show_graph(
        objs, gc.get_referents, True, max_depth, extra_ignore, filter, too_many, highlight, filename, extra_info,
        refcounts, shortnames, output, None, extra_node_attrs,
    )


def show_backrefs(
    objs,
    max_depth=3,
    extra_ignore=(),
    filter=None,
    too_many=10,
    highlight=None,
    filename=None,
    extra_info=None,
    refcounts=False,
    shortnames=True,
    output=None,
    extra_node_attrs=None,
):
    """Draws what refers to objects, up to `max_depth` references away. Modules are drawn, but not what refers to them.

    The parameters, results and errors are those of show_refs(). What refers to what is looked up in one index, once
    several objects were looked at; it is of that moment.

    >>> import io
    >>> deep = []
    >>> holder = {"held": deep}
    >>> text = io.StringIO()
    >>> show_backrefs([deep], max_depth=1, output=text, filter=lambda obj: obj is holder)
    >>> 'label="held",weight=2' in text.getvalue()
    True
    """
    objs = _as_list(objs)
    with _referrers() as edge_func:
        return _show_graph(
            objs, edge_func, False, max_depth, extra_ignore, filter, too_many, highlight, filename, extra_info,
            refcounts, shortnames, output, is_proper_module, extra_node_attrs,
        )


def show_chain(*chains, **kw):
    """Draws chains of references, each a list as find_ref_chain() and find_backref_chain() give it. Returns None.

    `backrefs=False` draws them from their first object on, and not back from their last one. The other parameters are
    those of show_refs(), without `max_depth` and `filter`, for which there is a TypeError. ValueError if no chain has
    any objects.

    >>> import io
    >>> text = io.StringIO()
    >>> show_chain(find_ref_chain([0, ["deep"]], lambda obj: obj == "deep"), backrefs=False, output=text)
    >>> text.getvalue().count(" -> ")
    2
    """
    backrefs = kw.pop("backrefs", True)
    chains = [chain for chain in chains if chain]
    max_depth = max(map(len, chains)) - 1
    ids = {id(obj) for chain in chains for obj in chain}

    def is_in_chain(obj):
        return id(obj) in ids

    if backrefs:
        show_backrefs([chain[-1] for chain in chains], max_depth=max_depth, filter=is_in_chain, **kw)
    else:
        show_refs([chain[0] for chain in chains], max_depth=max_depth, filter=is_in_chain, **kw)


def _as_list(objs):
    return objs if issubclass(type(objs), (list, tuple)) else [objs]


def _show_graph(
    objs, edge_func, swap_source_target, max_depth=3, extra_ignore=(), filter=None, too_many=10, highlight=None,
    filename=None, extra_info=None, refcounts=False, shortnames=True, output=None, cull_func=None,
    extra_node_attrs=None,
):
    objs = _as_list(objs)
    if filename is not None and output is not None:
        raise ValueError("Cannot specify both output and filename.")
    with contextlib.nullcontext(output) if output is not None else _open_graph(filename) as file:
        num_nodes = _write_graph(
            file, objs, edge_func, swap_source_target, max_depth, extra_ignore, filter, too_many, highlight, extra_info,
            refcounts, shortnames, cull_func, extra_node_attrs,
        )
        if output is not None:
            return None
        if isinstance(file, io.StringIO):
            return graphviz.Source(file.getvalue())
    print("Graph written to %s (%d nodes)" % (file.name, num_nodes))
    return _present_graph(file.name, filename)


def _open_graph(filename):
    # Text that cannot be encoded is half of a pair that stands alone.
    options = {"mode": "w", "encoding": "utf-8", "errors": "backslashreplace"}
    if filename and filename.endswith(".dot"):
        return open(filename, **options)
    if IS_INTERACTIVE and not filename:
        return io.StringIO()
    return tempfile.NamedTemporaryFile(prefix="objgraph-", suffix=".dot", delete=False, **options)


# No object that is drawn is in a container of this module's that the collector knows, or that would be drawn, too: but
# for the queue, which is ignored, they are in frames alone.
def _write_graph(
    file, objs, edge_func, swap_source_target, max_depth, extra_ignore, filter, too_many, highlight, extra_info,
    refcounts, shortnames, cull_func, extra_node_attrs,
):
    """Writes the graph. Returns the number of its nodes, a root for each time it was passed."""
    file.write("digraph ObjectGraph {\n  node[shape=box, style=filled, fillcolor=white];\n")
    for obj in objs:
        file.write("  %s[fontcolor=red];\n" % _dot.node_id(obj))
    gc.collect()
    queue = collections.deque(objs)
    depths = {id(obj): 0 for obj in objs}
    ignored = {id(objs), id(extra_ignore), id(queue), *extra_ignore}
    num_nodes = 0
    while queue:
        obj = queue.popleft()
        num_nodes += 1
        depth = depths[id(obj)]
        num_references = sys.getrefcount(obj) - _own_references(edge_func, obj) if refcounts else None
        node = _dot.node_id(obj)
        label = _dot.label(obj, extra_info, num_references, shortnames)
        attributes = _dot.extra_attributes(obj, extra_node_attrs)
        file.write('  %s[label="%s"%s];\n' % (node, label, attributes))
        _dot.write_look(file, node, obj, depth, max_depth, highlight)
        if depth < max_depth and not (cull_func and cull_func(obj)):
            _write_edges(
                file, obj, edge_func, swap_source_target, depths, max_depth, ignored, filter, too_many, shortnames,
                queue,
            )
    file.write("}\n")
    return num_nodes


def _references_of_call():
    """How many references to an object its caller's variable and the argument are, together, to sys.getrefcount()."""
    obj = object()
    return sys.getrefcount(obj)


_REFERENCES_OF_CALL = _references_of_call()


def _own_references(edge_func, obj):
    """References that are not counted: those of this module, and, as objgraph has it, one more."""
    index = getattr(edge_func, "__self__", None)
    num_held = index.num_held(obj) if type(index) is _refgraph.Referrers else 0
    return _REFERENCES_OF_CALL + num_held + 1


def _write_edges(
    file, obj, edge_func, swap_source_target, depths, max_depth, ignored, filter, too_many, shortnames, queue
):
    """Writes references of a node, and adds objects that were not met before to the queue."""
    node, depth = _dot.node_id(obj), depths[id(obj)] + 1
    num_edges = num_skipped = 0
    for neighbour in edge_func(obj):
        if id(neighbour) in ignored or (filter and not filter(neighbour)):
            continue
        if num_edges >= too_many:
            num_skipped += 1
            continue
        num_edges += 1
        other = _dot.node_id(neighbour)
        if swap_source_target:
            file.write("  %s -> %s%s;\n" % (node, other, _dot.edge_label(obj, neighbour, shortnames)))
        else:
            file.write("  %s -> %s%s;\n" % (other, node, _dot.edge_label(neighbour, obj, shortnames)))
        if id(neighbour) not in depths:
            depths[id(neighbour)] = depth
            queue.append(neighbour)
    if num_skipped:
        _dot.write_skipped(file, node, num_skipped, swap_source_target, depth, max_depth)


# --- pictures ---------------------------------------------------------------------------------------------------------


def _program_in_path(program):
    return shutil.which(program) is not None


def _present_graph(dot_filename, filename=None):
    """Shows a graph in a viewer, or makes a picture of it, with what is installed; says what it does."""
    if filename == dot_filename:
        return
    if not filename and _program_in_path("xdot"):
        print("Spawning graph viewer (xdot)")
        subprocess.Popen(["xdot", dot_filename], close_fds=True)
    elif _program_in_path("dot"):
        if not filename:
            print("Graph viewer (xdot) not found, generating a png instead")
            filename = os.path.splitext(dot_filename)[0] + ".png"
        _make_picture(dot_filename, filename)
    elif not filename:
        print("Graph viewer (xdot) and image renderer (dot) not found, not doing anything else")
    else:
        print("Image renderer (dot) not found, not doing anything else")


def _make_picture(dot_filename, filename):
    extension = os.path.splitext(filename)[1][1:]
    command = ["dot", "-T" + extension, "-o" + filename, dot_filename]
    dot = subprocess.Popen(command, close_fds=False)
    dot.wait()
    if dot.returncode == 0:
        print("Image generated as %s" % filename)
    else:
        print('dot failed (exit code %d) while executing "%s"' % (dot.returncode, " ".join(command)))
