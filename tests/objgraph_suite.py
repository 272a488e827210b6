"""Runs objgraph's own tests and the doctests of its documentation on refgraph.objgraph.

    build/run python3.11 tests/objgraph_suite.py DIR [unittest's options]

DIR is a source tree of objgraph 3.6 or newer, which has tests.py and docs/. The doctests draw with Graphviz's `dot`
(Debian: graphviz). Some tests call functions that objgraph keeps for itself; what does the same here stands in for
those. The test that objgraph can be packaged is left out.
"""

import importlib
import os
import sys
import unittest

from refgraph import _objgraph_dot, objgraph

STAND_INS = {
    "_edge_label": _objgraph_dot.edge_label,
    "_gradient": _objgraph_dot.gradient,
    "_long_typename": lambda obj: _objgraph_dot.naming(False)(type(obj)),
    "_obj_attrs": _objgraph_dot.extra_attributes,
    "_obj_label": _objgraph_dot.label,
    "_obj_node_id": _objgraph_dot.node_id,
    "_safe_repr": _objgraph_dot.safe_repr,
    "_short_repr": _objgraph_dot.short_repr,
}


def main(folder, *options):
    os.chdir(folder)
    sys.path.insert(0, "")
    sys.modules["objgraph"] = objgraph
    for name, function in STAND_INS.items():
        setattr(objgraph, name, function)
    tests = importlib.import_module("tests")
    del tests.doctest_setup_py_works
    unittest.main(tests, "test_suite", [__file__, *options])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
