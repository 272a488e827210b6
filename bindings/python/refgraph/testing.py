"""Checks for tests: no closures stay behind, and objects go when they should.

For unittest, pytest, or a plain script. pytest has marks and a fixture besides: see :mod:`refgraph.pytest_plugin`. What
fails is an AssertionError whose text is the report: where it leaks, what is captured, the path that keeps it, the mend.

>>> import refgraph.testing
>>> listeners = []
>>> with refgraph.testing.assert_no_leaks():
...     listeners.append(lambda: None)
...     listeners.clear()
"""

from __future__ import annotations

import collections
import fnmatch
import itertools
import threading
import types
import warnings
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from . import _refgraph
from ._arguments import check_number, is_a, list_of, of_class
from ._graph import Graph, capture
from ._leaks import Leak, Report, call, leaks

__all__ = ["assert_no_leaks", "assert_released"]


def _is_ignored(leak, ignore):
    return any(fnmatch.fnmatchcase(leak.qualname, name) or fnmatch.fnmatchcase(leak.file, name) for name in ignore)


def _num_left(leak):
    return max(leak.growth[-1] - leak.growth[0], 1)


def check_limits(limit: int, ignore: Sequence[str]) -> None:
    """Says what is wrong with them, before anything is looked at."""
    check_number("limit", limit, 0, "objects that may be left")
    names = list_of("ignore", ignore, "a list of patterns")
    if is_a(ignore, str) or not all(is_a(name, str) for name in names):
        raise _refgraph.ArgumentError(f"bad ignore {ignore!r}: it is a list of patterns of names and files")


def over_limit(
    report: Report, limit: int, ignore: Sequence[str], goes: Callable[[Leak], bool] = lambda leak: False
) -> bool:
    """Leaves out what was there before, is ignored or goes by itself: whether more than `limit` objects are left."""
    report._leave_out([leak for leak in report if not leak.grows or _is_ignored(leak, ignore) or goes(leak)])
    return sum(map(_num_left, report)) > limit


class assert_no_leaks:
    """A context that fails if more closures, or the like, are alive after it than before: see :func:`refgraph.leaks`.

    At most `limit` objects may be left. `ignore` has patterns, as of fnmatch, of qualified names and files that do not
    count. What fills caches once, such as an import, is best done before. No collection is triggered: what the next one
    frees is no leak.

    >>> import refgraph.testing
    >>> listeners = []
    >>> try:
    ...     with refgraph.testing.assert_no_leaks():
    ...         listeners.append(lambda: None)
    ... except AssertionError as error:
    ...     print(str(error)[:11])
    LEAK 1 of 1
    """

    def __init__(self, *, limit: int = 0, ignore: Sequence[str] = ()) -> None:
        check_limits(limit, ignore)
        self._limit = limit
        self._ignore = ignore

    def __enter__(self) -> None:
        # The interpreter may hold this method while it calls it: here one like it counts.
        self._exit = self.__exit__
        self._report = _refgraph.Report(min_graphs=2)
        self._report.add(capture())

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        __tracebackhide__ = True
        del self._exit
        if kind is not None:
            return
        graph = capture()
        self._report.add(graph, last=True)
        report = Report(self._report, graph)
        if over_limit(report, self._limit, self._ignore):
            raise AssertionError(report.text)


def assert_released(obj: object) -> None:
    """Fails if anything but the variables of functions that run in this thread holds the object.

    What the function that calls this one holds alone does not count either, as a list of its own: it is gone once that
    returns. What others hold does, as the fixtures of a test. The object is gone, then, at once, or, in a cycle, with
    the next collection, which is not triggered. A weak reference stands for its object, and passes if that is gone.

    >>> import refgraph.testing
    >>> class Session: pass
    >>> sessions = [Session()]
    >>> def close():
    ...     session = sessions.pop()
    ...     refgraph.testing.assert_released(session)
    >>> close()
    """
    __tracebackhide__ = True
    if obj is None:
        raise TypeError("None is never released: pass the object, or a weak reference to it")
    if is_a(obj, weakref.ref):
        reference: Any = obj
        obj = weakref.ref.__call__(reference)
        if obj is None:
            return
    graph = capture()
    held = list(_holders(graph, graph._find(obj)))
    if held:
        lines = "".join(f"\n  {path}" for path in held)
        raise AssertionError(f"{of_class(type(obj), '__qualname__')} is not released; what holds it:{lines}")


def _frames(graph):
    """The frames that run in this thread, but for those of refgraph: ids, that of the caller first."""
    mine = f"{threading.current_thread().name}, "
    paths = {id: graph.paths(id=id) for id in graph.find("type:frame")}
    return [id for id, found in paths.items() if found and found[0].steps[0].object.startswith(mine)]


def _holders(graph, id):
    """The path of each reference to an object that counts."""
    frames = _frames(graph)
    caller = frames[0] if frames else None
    for edge in _references(graph, id):
        if edge["source"] in frames or not _is_reached(graph, edge["source"], frames, {id, caller}):
            continue
        paths = graph.paths(id=edge["source"])
        elsewhere = (path for path in paths if path.steps[0].id != caller)
        yield next(elsewhere, paths[0]).path + _suffix(edge)


def _references(graph, id):
    """Those that keep an object alive; a variable that functions capture has its object for them."""
    for edge in graph.referrers(id):
        if edge["kind"] == "weak" or graph.node(edge["source"])["type"] == "this call":
            continue
        if graph.node(edge["source"])["type"] == "cell":
            yield from graph.referrers(edge["source"])
        else:
            yield edge


def _is_reached(graph, id, frames, without):
    """Whether a way that avoids some others leads to an object from frames, or from a root, which nothing refers to."""
    seen, left = set(without), [id]
    while left:
        found = [node for node in left if node not in seen]
        seen.update(found)
        left = []
        for node in found:
            referrers = [edge["source"] for edge in graph.referrers(node) if edge["kind"] != "weak"]
            if not referrers or node in frames:
                return True
            left += referrers
    return False


def _suffix(edge):
    """What a reference adds to the path to what has it, as paths are written."""
    forms = {"attribute": ".{}", "index": "[{}]", "item": "[{}]"}
    return forms.get(edge["kind"], " \N{RIGHTWARDS ARROW} {}").format(edge["name"]) if edge["name"] else ""


# --- rounds ---

_IS_HEAP_TYPE, _IS_COLLECTED = 1 << 9, 1 << 14  # Py_TPFLAGS_HEAPTYPE and Py_TPFLAGS_HAVE_GC
_CLOSURES = (
    types.FunctionType,
    types.MethodType,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
)
# What makes an object a callback: see src/report/suspects.c.
_CALLED = ("__call__", "emit", "filter")


def _is_called(kind):
    bases = (base for base in of_class(kind, "__mro__") if of_class(base, "__flags__") & _IS_HEAP_TYPE)
    return any(name in of_class(base, "__dict__") for base in bases for name in _CALLED)


def _may_leak(kind):
    """Whether a report may be about objects of a type."""
    return any(kind is closure for closure in _CLOSURES) or _is_called(kind)


def _numbers():
    """How many there are of what may grow: objects of each type, and what else makes a report."""
    numbers = {id(kind): num for kind, num in _refgraph.count_types(None)}
    numbers["captured items"] = _refgraph.count_captured_items()
    numbers["expected to be gone"] = len(_refgraph._expected)
    return numbers


def _growing(run, warmup, repeat):
    """What rounds leave more of, as ids of types and other words, all but once: a hundredth of what captures cost.

    Once, since there may be less where a collection came in between and freed what earlier code left in cycles.
    """
    check_number("warmup", warmup, 1, "rounds")
    check_number("repeat", repeat, 3, "rounds")
    for _ in range(warmup):
        call(run)
    num_rounds = collections.Counter()
    before = _numbers()
    for _ in range(repeat):
        run()
        numbers = _numbers()  # before there is a generator below, which captures
        num_rounds.update(what for what, num in numbers.items() if num > before.get(what, num))
        before = numbers
    return {what for what, num in num_rounds.items() if num >= repeat - 1}


def leaks_of_rounds(run: Callable[[], object], *, warmup: int, repeat: int) -> Report | None:
    """The report on what a function leaves behind each time that it runs; None if there is nothing to report on.

    It runs `warmup` times, then `repeat` times; if anything that can leak became more in all of these but one, as many
    times again for the report.
    """
    growing = _growing(run, warmup, repeat)
    is_clean = not any(is_a(what, str) for what in growing) and not any(
        id(kind) in growing and _may_leak(kind) for kind, _ in _refgraph.count_types(None)
    )
    return None if is_clean else leaks(step=run, rounds=repeat, warmup=0)


# --- objects of types ---


def _classes():
    """All of them, whether they have objects or not."""
    found, left = {}, [object]
    while left:
        kind = left.pop()
        if id(kind) not in found:
            found[id(kind)] = kind
            left += type.__subclasses__(kind)
    return found.values()


def _names(kind):
    """All that a class may be called, the last one as filters have it."""
    module, name, qualname = (str(of_class(kind, f"__{word}__")) for word in ("module", "name", "qualname"))
    return name, qualname, f"{module}.{qualname}", name if module == "builtins" else f"{module}.{name}"


def _is_named(kind, name):
    called = (*_names(kind), f"builtins.{of_class(kind, '__name__')}")
    return any(fnmatch.fnmatchcase(each, name) for each in called)


def _are_counted(classes):
    """Whether :func:`_numbers` has all objects of these."""
    counted = _IS_HEAP_TYPE | _IS_COLLECTED
    return all(of_class(kind, "__flags__") & counted == counted for kind in classes)


def objects_of_rounds(
    run: Callable[[], object], names: Sequence[str], *, warmup: int, repeat: int
) -> tuple[dict[str, tuple[list[int], int]], Graph | None]:
    """Of which types a function leaves more objects each time that it runs, not counting garbage.

    `names` are patterns, as of fnmatch, of names with or without module. Returns {name: (numbers, one a round, and the
    id of an object of the last one)} of those that grow, and the graph of the last round; ({}, None) where nothing
    does. Warns of a name that no class has.
    """
    if not names or not all(is_a(name, str) and name for name in names):
        raise _refgraph.ArgumentError(f"bad types {', '.join(map(repr, names)) or '(none)'}: name some by their names")
    growing = _growing(run, warmup, repeat)
    named = {name: [kind for kind in _classes() if _is_named(kind, name)] for name in names}
    for name in (name for name, classes in named.items() if not classes):
        warnings.warn(f"no class is named {name!r}: nothing is known of objects of it", stacklevel=2)
    classes = list(itertools.chain(*named.values()))
    if _are_counted(classes) and not any(id(kind) in growing for kind in classes):
        return {}, None
    # No class is kept: rounds may make their own.
    terms = {name: {_names(kind)[-1] for kind in classes} for name, classes in named.items()}
    del named, classes
    return _left_behind(run, terms, repeat)


def _left_behind(run, terms, repeat):
    numbers = {name: [] for name in terms}
    newest = {}
    seen = set()
    for _ in range(repeat):
        run()
        graph = capture()
        for name, types in terms.items():
            ids = sorted({id for term in types for id in graph.find(f"type:{term} not garbage")})
            numbers[name].append(len(ids))
            newest.update({name: id for id in ids if graph.node(id)["address"] not in seen})
            seen.update(graph.node(id)["address"] for id in ids)
    grown = {name: found for name, found in numbers.items() if all(map(int.__lt__, found, found[1:]))}
    return {name: (found, newest[name]) for name, found in grown.items()}, graph
