"""What this installation of refgraph is, and whether it finds its way in this interpreter."""

from __future__ import annotations

import sys

from . import _refgraph

VERSION = "0.1.0"


class _Instance:
    pass


def _finds_list():
    first, second = object(), object()
    return [edge["name"] for edge in _references([first, second])] == ["0", "1"]


def _finds_closure():
    captured = object()

    def closure():
        return captured

    return ("captured", "captured") in _words(_refgraph.Graph._capture([closure], max_depth=3)[0])


def _finds_instance():
    instance = _Instance()
    instance.field = object()
    return ("attribute", "field") in _words(_refgraph.Graph._capture([instance], max_depth=3)[0])


def _finds_frame():
    local = object()
    code, line, variables = _refgraph.read_frame()
    frame = sys._getframe()
    return code is frame.f_code and line == frame.f_lineno - 2 and variables.get("local") is local


def _references(obj):
    graph, ids, _ = _refgraph.Graph._capture([obj], max_depth=1)
    return graph.references(ids[0])


def _words(graph):
    return {
        (edge["kind"], edge["name"]) for id in range(1, graph.num_nodes + 1) for edge in graph.references(id)
    }


def probe() -> dict[str, bool]:
    """What refgraph relies on in the interpreter, tried on objects that are known: {what: found}."""
    return {
        "list": _finds_list(),
        "closure": _finds_closure(),
        "instance": _finds_instance(),
        "frame": _finds_frame(),
    }


def _version(number):
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}"


def check_interpreter() -> None:
    """Within a minor version CPython keeps most layouts, but nobody promises so: another patch release is probed.

    Whether the interpreter's state is where the headers have it is looked at first, always: distributions change it.
    """
    if not _refgraph.states_agree:
        missing = ["the interpreter's state"]
    elif _refgraph.built_for != sys.hexversion:
        missing = [what for what, found in probe().items() if not found]
    else:
        missing = []
    if missing:
        raise ImportError(
            f"refgraph was built for CPython {_version(_refgraph.built_for)} and does not find the layout of"
            f" {', '.join(missing)} in {_version(sys.hexversion)}: build it again for this release"
        )


def info() -> dict[str, object]:
    """What this installation is, as a dict.

    ``version`` of refgraph, ``python`` that runs, ``built_for`` the release of Python whose headers the extension was
    compiled with, and ``layouts``: what was found of the layouts that refgraph relies on.

    >>> import refgraph
    >>> refgraph.info()["layouts"]
    {'list': True, 'closure': True, 'instance': True, 'frame': True}
    """
    return {
        "version": VERSION,
        "python": _version(sys.hexversion),
        "built_for": _version(_refgraph.built_for),
        "layouts": probe(),
    }
