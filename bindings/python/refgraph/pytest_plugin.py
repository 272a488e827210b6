"""The pytest plugin: tests that fail if closures or objects stay behind. pytest finds it by itself.

- ``@pytest.mark.no_closure_leaks(limit=0, warmup=1, repeat=3, ignore=())``: the test runs `warmup` times, then `repeat`
  times, and `repeat` times more if something grew. It fails if more than `limit` closures, or the like, were left
  behind in all, with more after each round: see :func:`refgraph.leaks`. `ignore` has patterns, as of fnmatch, of
  qualified names and files. What pytest itself holds until the test is over does not count: patches, finalizers,
  fixtures of the test's own scope.
- ``@pytest.mark.no_object_leaks("Session", ..., warmup=1, repeat=3)``: the same for objects of types, each a string
  with the name, with or without its module.
- The fixture ``refgraph_leaks`` is a function that does for another function what the first mark does for a test.

A failure shows the report and names a picture, in the folder that the setting ``refgraph_dir`` names. Tests without the
marks cost nothing. Fixtures are set up once, before the first round, and shared by all.
"""

import inspect
import os
import re
import types
import unittest
from typing import Any

import pytest

from . import ArgumentError, Error
from .testing import check_limits, leaks_of_rounds, objects_of_rounds, over_limit

_IN_ROUND = pytest.StashKey[bool]()
_IS_CHECKED = pytest.StashKey[bool]()


_Failed: Any = pytest.fail.Exception


class _Left(_Failed):
    """A failure that the short summary, too, says in a line."""

    def __init__(self, line, text):
        super().__init__(text, pytrace=False)
        self.line = line


class _Section:
    """What pytest shows of it: the text alone, which is red as its own are."""

    def __init__(self, left, item):
        path, number, _ = item.location
        self._text = str(left)
        self.reprcrash = types.SimpleNamespace(path=path, lineno=number, message=left.line)

    def __str__(self):
        return self._text

    def toterminal(self, out):
        for line in self._text.splitlines():
            out.line(line, red=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if call.excinfo is not None and isinstance(call.excinfo.value, _Left):
        report.longrepr = _Section(call.excinfo.value, item)
    elif report.when == "call" and report.passed and _marks(item) and not item.stash.get(_IS_CHECKED, False):
        report.outcome = "failed"
        report.longrepr = "refgraph's marks looked at nothing: another plugin ran the test, as those for async tests do"


def pytest_addoption(parser):
    parser.addini("refgraph_dir", "folder for pictures of leaks", default=".pytest_cache/refgraph")


def pytest_configure(config):
    for line in (
        "no_closure_leaks(limit=0, warmup=1, repeat=3, ignore=()): fails if the test leaves closures behind",
        "no_object_leaks(*types, warmup=1, repeat=3): fails if the test leaves objects of these types behind",
    ):
        config.addinivalue_line("markers", line)


def _save(drawing, request_or_item):
    """Where a picture is now, in words."""
    config = request_or_item.config
    folder = config.rootpath / config.getini("refgraph_dir")
    path = folder / (re.sub(r"[^\w.-]+", "_", request_or_item.nodeid) + ".svg")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        drawing.save(path)
    except (Error, OSError) as error:
        return f"no picture: {error}"
    return f"picture: {path}"


def _goes_with_test(item, leak):
    """Whether pytest alone holds it until the test is over: as a finalizer, a patch, or by a fixture of the test."""
    fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    of_test = {f"[{name!r}]" for name, found in fixtures.items() if found[-1].scope == "function"}
    for step, after, last in zip(leak.path, leak.path[1:], leak.path[2:] + leak.path[-1:]):
        if step.type in ("MonkeyPatch", "SetupState"):
            return True
        if step.type == "Function" and (after.reference == "._obj" or last.reference in of_test):
            return True
    return False


def summary_of(leak):
    """A leak in a line."""
    what = leak.kind
    if leak.file:
        what += f" of {os.path.basename(leak.file)}:{leak.line}"
    elif leak.qualname != leak.kind:
        what += f" {leak.qualname}"
    held = {"": "by nothing that was found", "cycle": "by a cycle"}.get(leak.holder, f"by {leak.holder}")
    return f"{what} leaks, held {held}"


def _more(numbers):
    """As reports have it."""
    gains = [number - before for before, number in zip(numbers, numbers[1:])]
    gain = f"{min(gains)} to {max(gains)}" if min(gains) < max(gains) else gains[0]
    return f"{gain} more in every round: {', '.join(map(str, numbers))}"


def _check_closures(run, item, limit=0, warmup=1, repeat=3, ignore=()):
    check_limits(limit, ignore)
    report = leaks_of_rounds(run, warmup=warmup, repeat=repeat)
    if report is not None and over_limit(report, limit, ignore, lambda leak: _goes_with_test(item, leak)):
        raise _Left(summary_of(report[0]), f"{report.text}\n{_save(report.draw(), item)}")


def _check_objects(run, item, *names, warmup=1, repeat=3):
    found, graph = objects_of_rounds(run, names, warmup=warmup, repeat=repeat)
    if not found:
        return
    lines = [f"{name}: {_more(numbers)}" for name, (numbers, _) in found.items()]
    drawing = graph.why(id=[id for _, id in found.values()])
    raise _Left(lines[0], "\n".join(["Objects are left behind.", *lines, "", drawing.text, _save(drawing, item)]))


CHECKS = {"no_closure_leaks": _check_closures, "no_object_leaks": _check_objects}


def _marks(item):
    marks = map(item.get_closest_marker, CHECKS)
    return [mark for mark in marks if mark]


def _check(mark, run, item):
    check = CHECKS[mark.name]
    problem = None
    try:
        inspect.signature(check).bind(run, item, *mark.args, **mark.kwargs)
    except TypeError as error:
        problem = error
    try:
        if problem is None:
            check(run, item, *mark.args, **mark.kwargs)
    except ArgumentError as error:
        problem = error
    # Out here it has no other exception for a context.
    if problem is not None:
        pytest.fail(f"bad mark {mark.name}: {problem}", pytrace=False)


def pytest_runtest_setup(item):
    if _marks(item) and issubclass(getattr(item, "cls", None) or object, unittest.TestCase):
        pytest.fail("refgraph's marks do not work on unittest's classes: use refgraph.testing there", pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    marks = _marks(pyfuncitem)
    if not marks or pyfuncitem.stash.get(_IN_ROUND, False):
        return None
    pyfuncitem.stash[_IN_ROUND] = pyfuncitem.stash[_IS_CHECKED] = True

    def run():
        pyfuncitem.ihook.pytest_pyfunc_call(pyfuncitem=pyfuncitem)

    try:
        for mark in marks:
            _check(mark, run, pyfuncitem)
    finally:
        pyfuncitem.stash[_IN_ROUND] = False
    return True


@pytest.fixture
def refgraph_leaks(request):
    """Runs a function in rounds, and fails the test if it leaves closures behind, as the mark no_closure_leaks does."""

    def check(step, *, limit=0, warmup=1, repeat=3, ignore=()):
        _check_closures(step, request.node, limit, warmup, repeat, ignore)

    return check
