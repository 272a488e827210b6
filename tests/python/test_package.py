"""The package as a whole: its documentation runs, its stub tells the truth."""

import ast
import collections.abc
import doctest
import inspect
import io
import os
import unittest

import refgraph
import refgraph.objgraph
import refgraph.testing
from refgraph import _info, _refgraph
from support import run_python

STUB = os.path.join(os.path.dirname(refgraph.__file__), "_refgraph.pyi")


def stub():
    with open(STUB, encoding="utf-8") as file:
        return ast.parse(file.read())


def stub_classes():
    return [node for node in stub().body if isinstance(node, ast.ClassDef)]


def members_of(cls):
    """Its public methods and attributes, but not those that every sequence has."""
    names = [name for name in dir(cls) if not name.startswith("_") and not hasattr(collections.abc.Sequence, name)]
    return {} if issubclass(cls, Exception) else {name: getattr(cls, name) for name in names}


def names_of(module):
    """The public names of a module; one without __all__ has its functions."""
    if module is refgraph:
        return [*module.__all__, "round"]
    functions = [name for name, found in vars(module).items() if inspect.isfunction(found)]
    return getattr(module, "__all__", [name for name in functions if not name.startswith("_")])


def vars_of(module):
    """What `from module import *` would bring."""
    return {name: getattr(module, name) for name in names_of(module)}


def documented():
    """(module, objects by name): a public name of a module, and of a class its members."""
    for module in (refgraph, refgraph.objgraph, refgraph.testing):
        for name in names_of(module):
            thing = getattr(module, name)
            members = members_of(thing) if inspect.isclass(thing) else {}
            yield module, {name: thing, **{f"{name}.{member}": found for member, found in members.items()}}


class Documentation(unittest.TestCase):
    def check(self, name, thing, variables):
        """Runs the examples of a docstring, which there must be; they see what those of its class left."""
        test = doctest.DocTestParser().get_doctest(inspect.getdoc(thing) or "", variables, name, None, 0)
        self.assertTrue(test.examples, "no example")
        said = io.StringIO()
        doctest.DocTestRunner(verbose=False).run(test, out=said.write, clear_globs=False)
        self.assertEqual(said.getvalue(), "")
        variables.update(test.globs)

    def test_every_public_name_has_a_docstring_with_an_example_that_gives_what_it_says(self):
        for module, things in documented():
            variables = {"__name__": "__main__", **(vars_of(module) if module is not refgraph else {})}
            for name, thing in things.items():
                with self.subTest(name=name):
                    self.check(name, thing, variables)

    def test_every_example_of_a_module_gives_what_it_says(self):
        for module in (refgraph, refgraph.objgraph, refgraph.testing):
            with self.subTest(module=module.__name__):
                self.check(module.__name__, module, {"__name__": "__main__"})


class Stub(unittest.TestCase):
    def test_every_class_of_the_stub_that_is_no_type_of_a_dict_is_in_the_extension(self):
        for node in stub_classes():
            if not any(isinstance(base, ast.Name) and base.id == "TypedDict" for base in node.bases):
                with self.subTest(name=node.name):
                    self.assertTrue(inspect.isclass(getattr(_refgraph, node.name)))

    def test_the_members_of_each_type_are_those_of_the_stub(self):
        for node in stub_classes():
            if node.name in ("Graph", "Drawing"):
                written = {member.name for member in node.body if isinstance(member, ast.FunctionDef)}
                present = {
                    name
                    for name in vars(getattr(_refgraph, node.name))
                    if not name.startswith("__")
                }
                with self.subTest(name=node.name):
                    self.assertEqual(written, present)

    def test_the_parameters_of_each_method_are_those_of_the_stub(self):
        # A type of C cannot tell those of __new__.
        for node in stub_classes():
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and not member.decorator_list and member.name != "__new__":
                    with self.subTest(name=f"{node.name}.{member.name}"):
                        method = getattr(getattr(_refgraph, node.name), member.name)
                        written = [
                            argument.arg
                            for argument in (*member.args.posonlyargs, *member.args.args, *member.args.kwonlyargs)
                        ]
                        self.assertEqual(list(inspect.signature(method).parameters), written)


class Again(unittest.TestCase):
    def test_a_package_that_is_imported_once_more_has_the_same_exceptions_and_expectations(self):
        printed = run_python(
            "import sys, refgraph\n"
            "session = type('Session', (), {})()\n"
            "refgraph.expect_gone(session)\n"
            "for name in [name for name in sys.modules if name.startswith('refgraph')]: del sys.modules[name]\n"
            "import refgraph as again\n"
            "for package in (refgraph, again):\n"
            "    try: package.capture().find('size:3M..2M')\n"
            "    except package.ArgumentError: print([leak.qualname for leak in package.leaks()])"
        )
        self.assertEqual(printed.splitlines(), ["['Session']"] * 2)


class Info(unittest.TestCase):
    def test_the_layouts_that_a_capture_relies_on_are_found(self):
        self.assertEqual(set(refgraph.info()["layouts"].values()), {True})

    def test_a_layout_that_is_not_found_stops_the_import(self):
        original = _info.probe, _refgraph.built_for
        _info.probe = lambda: {"list": True, "frame": False}
        _refgraph.built_for = 0x030A0000
        try:
            with self.assertRaisesRegex(ImportError, "built for CPython 3.10.0 and does not find the layout of frame"):
                _info.check_interpreter()
        finally:
            _info.probe, _refgraph.built_for = original

    def test_a_state_that_is_laid_out_otherwise_stops_the_import_before_anything_is_probed(self):
        original = _info.probe
        _info.probe = lambda: self.fail("probed")
        self.assertTrue(_refgraph.states_agree)
        _refgraph.states_agree = False
        try:
            with self.assertRaisesRegex(ImportError, "does not find the layout of the interpreter's state in .*: build"):
                _info.check_interpreter()
        finally:
            _info.probe, _refgraph.states_agree = original, True

    def test_the_release_that_the_extension_was_built_for_is_not_probed(self):
        original = _info.probe, _refgraph.built_for
        _info.probe = lambda: self.fail("probed")
        _refgraph.built_for = __import__("sys").hexversion
        try:
            _info.check_interpreter()
        finally:
            _info.probe, _refgraph.built_for = original


if __name__ == "__main__":
    unittest.main()
