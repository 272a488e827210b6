"""The pytest plugin, in pytest: what its marks and its fixture make of tests."""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import types
import unittest

TESTS = '''
import ctypes
import functools
import logging
import unittest

import pytest

LEFT, RUNS = [], []

class Document:
    def __init__(self):
        self.pages = bytearray(10_000)

@pytest.mark.no_closure_leaks
def test_leaks():
    document = Document()
    LEFT.append(lambda: document)

@pytest.mark.no_closure_leaks
def test_is_clean():
    document = Document()
    assert (lambda: document)() is document

@pytest.mark.no_closure_leaks(limit=2)
def test_is_allowed():
    LEFT.append(lambda: None)

@pytest.mark.no_closure_leaks(ignore=["test_is_ignored*"])
def test_is_ignored():
    LEFT.append(lambda: None)

@pytest.mark.no_object_leaks("Document")
def test_leaves_objects():
    LEFT.append(Document())

@pytest.mark.no_object_leaks("Document", "list")
def test_leaves_no_objects():
    Document()

@pytest.mark.no_object_leaks("Docment")
def test_misspells_a_type():
    LEFT.append(Document())

@pytest.mark.no_closure_leaks
def test_makes_garbage():
    RUNS.append(0)
    cycle = [[] for _ in range(100)]
    cycle.append(cycle)

@pytest.mark.no_closure_leaks
def test_makes_cyclic_closures():
    def again():
        return again

def make_remember():
    results = []
    return results.append, lambda: results

append, read = make_remember()

@pytest.mark.no_closure_leaks
def test_fills_what_is_captured():
    append([None])

class Handler(logging.Handler):
    def emit(self, record):
        pass

@pytest.mark.no_closure_leaks
def test_leaves_handlers():
    logging.getLogger("left").addHandler(Handler())

@pytest.fixture
def own():
    return []

@pytest.fixture(scope="module")
def shared():
    return []

@pytest.mark.no_closure_leaks
def test_patches_and_finalizes(monkeypatch, request, own):
    monkeypatch.setattr(logging, "BASIC_FORMAT", lambda: "")
    request.addfinalizer(lambda: None)
    own.append(lambda: None)

@pytest.mark.no_closure_leaks
def test_fills_a_shared_fixture(shared):
    shared.append(lambda: None)

@pytest.mark.no_closure_leaks
def test_is_run_by_another_plugin():
    LEFT.append(lambda: None)

@pytest.mark.no_closure_leaks
def test_leaves_partials():
    LEFT.append(functools.partial(print, len(LEFT)))

@pytest.mark.no_closure_leaks
def test_leaves_what_only_c_holds():
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(lambda: None))

class Outer:
    class Inner:
        pass

@pytest.mark.no_object_leaks("Outer.Inner", "Docu*")
def test_leaves_inner_objects():
    LEFT.append(Outer.Inner())

@pytest.mark.no_closure_leaks(limits=2)
def test_has_a_bad_mark():
    pass

@pytest.mark.no_closure_leaks(repeat=1)
def test_has_too_few_rounds():
    pass

@pytest.mark.no_object_leaks()
def test_names_no_type():
    pass

@pytest.mark.no_closure_leaks
def test_fails_anyhow():
    LEFT.append(lambda: None)
    assert LEFT == 3

def test_asks_for_a_function(refgraph_leaks):
    refgraph_leaks(lambda: [lambda: None])
    refgraph_leaks(lambda: LEFT.append(lambda: None))

def test_tells_runs():
    print(f"test_makes_garbage ran {len(RUNS)} times")

class Case(unittest.TestCase):
    @pytest.mark.no_closure_leaks
    def test_of_unittest(self):
        pass
'''


CONFTEST = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    return True if pyfuncitem.name == "test_is_run_by_another_plugin" else None
"""


@unittest.skipUnless(importlib.util.find_spec("pytest"), "needs pytest (Debian: python3-pytest)")
class Plugin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        (cls.folder / "test_it.py").write_text(TESTS)
        (cls.folder / "conftest.py").write_text(CONFTEST)
        words = ["-m", "pytest", "-p", "refgraph.pytest_plugin", "-rA", "--strict-markers", "test_it.py"]
        done = subprocess.run([sys.executable, *words], cwd=cls.folder, env={**os.environ, "COLUMNS": "200"}, stdout=subprocess.PIPE, text=True)
        cls.output = done.stdout

    def outcome(self, name):
        return re.search(rf"^(PASSED|FAILED|ERROR) test_it.py::(?:Case::)?{name}\b", self.output, re.MULTILINE)[1]

    def section(self, name):
        """What is printed of a failure."""
        return re.search(rf"^_+ (?:ERROR at setup of )?(?:Case.)?{name} _+$(.*?)^(?:__|==)", self.output, re.M | re.S)[1]

    def test_a_test_that_leaves_closures_fails(self):
        self.assertEqual(self.outcome("test_leaks"), "FAILED")

    def test_a_failure_has_site_variable_path_and_mend(self):
        for words in ("test_leaks.<locals>.<lambda>", "document", "test_it, module", "LEFT.remove(callback)"):
            self.assertIn(words, self.section("test_leaks"))

    def test_a_failure_has_a_picture(self):
        path = re.search(r"^picture: (.*)$", self.section("test_leaks"), re.MULTILINE)[1]
        self.assertIn("document", pathlib.Path(path).read_text("utf-8"))
        self.assertTrue(path.endswith(".pytest_cache/refgraph/test_it.py_test_leaks.svg"), path)

    def test_a_failure_shows_no_code_of_the_plugin(self):
        self.assertNotIn("pytest_plugin.py", self.section("test_leaks"))

    def test_a_test_that_leaves_none_passes(self):
        self.assertEqual(self.outcome("test_is_clean"), "PASSED")

    def test_as_many_as_the_limit_pass(self):
        self.assertEqual(self.outcome("test_is_allowed"), "PASSED")

    def test_what_is_ignored_passes(self):
        self.assertEqual(self.outcome("test_is_ignored"), "PASSED")

    def test_a_test_that_leaves_objects_fails_with_numbers_and_path(self):
        self.assertEqual(self.outcome("test_leaves_objects"), "FAILED")
        self.assertRegex(self.section("test_leaves_objects"), r"Document: 1 more in every round: \d+, \d+, \d+")
        self.assertIn("LEFT", self.section("test_leaves_objects"))

    def test_what_pytest_holds_until_the_test_is_over_passes(self):
        self.assertEqual(self.outcome("test_patches_and_finalizes"), "PASSED")

    def test_what_a_fixture_of_more_tests_holds_fails(self):
        self.assertEqual(self.outcome("test_fills_a_shared_fixture"), "FAILED")

    def test_a_test_that_another_plugin_runs_fails_and_says_so(self):
        self.assertEqual(self.outcome("test_is_run_by_another_plugin"), "FAILED")
        self.assertIn("looked at nothing", self.section("test_is_run_by_another_plugin"))

    def test_patterns_and_qualified_names_of_types_count_the_same_objects(self):
        self.assertEqual(self.outcome("test_leaves_inner_objects"), "FAILED")
        self.assertIn("Outer.Inner: 1 more in every round", self.section("test_leaves_inner_objects"))

    def test_a_name_that_no_class_has_is_warned_of(self):
        self.assertIn("no class is named 'Docment'", self.output)

    def test_garbage_of_other_kinds_is_looked_at_no_further(self):
        self.assertEqual(self.outcome("test_makes_garbage"), "PASSED")
        self.assertIn("test_makes_garbage ran 4 times", self.output)

    def test_closures_that_the_collector_frees_are_no_leak(self):
        self.assertEqual(self.outcome("test_makes_cyclic_closures"), "PASSED")

    def test_a_captured_list_that_grows_fails(self):
        self.assertEqual(self.outcome("test_fills_what_is_captured"), "FAILED")

    def test_callbacks_without_a_closure_fail(self):
        self.assertEqual(self.outcome("test_leaves_handlers"), "FAILED")

    def test_the_short_summary_says_what_leaks_where_and_who_holds_it(self):
        self.assertRegex(self.output, r"(?m)^FAILED test_it.py::test_leaks - lambda of test_it.py:\d+ leaks, held by ")

    def test_the_short_summary_of_what_has_no_place_is_without_one(self):
        self.assertRegex(self.output, r"(?m)^FAILED test_it.py::test_leaves_partials - partial leaks, held by test_it.LEFT$")

    def test_the_short_summary_says_that_c_code_holds_it(self):
        self.assertRegex(self.output, r"(?m)^FAILED test_it.py::test_leaves_what_only_c_holds - .* leaks, held by C code$")

    def test_the_short_summary_says_so_where_no_holder_was_found(self):
        from refgraph.pytest_plugin import summary_of

        leak = types.SimpleNamespace(kind="object", qualname="Session", file="", line=0, holder="")
        self.assertEqual(summary_of(leak), "object Session leaks, held by nothing that was found")

    def test_what_was_there_before_is_not_spoken_of(self):
        self.assertNotIn("accepted leak", self.output)

    def test_a_test_that_leaves_no_objects_passes(self):
        self.assertEqual(self.outcome("test_leaves_no_objects"), "PASSED")

    def test_a_bad_mark_fails_and_says_why(self):
        said = self.section("test_has_a_bad_mark").split()
        self.assertEqual(said, "bad mark no_closure_leaks: got an unexpected keyword argument 'limits'".split())

    def test_a_mark_without_a_type_fails(self):
        self.assertIn("bad types (none): name some by their names", self.section("test_names_no_type"))

    def test_too_few_rounds_fail_and_say_why(self):
        self.assertIn("bad mark no_closure_leaks: bad repeat 1: it is a number of rounds, 3 or more", self.section("test_has_too_few_rounds"))

    def test_a_test_that_fails_shows_its_own_failure(self):
        self.assertIn("assert LEFT == 3", self.section("test_fails_anyhow"))

    def test_the_fixture_fails_for_what_leaves_closures(self):
        self.assertEqual(self.outcome("test_asks_for_a_function"), "FAILED")

    def test_the_methods_of_unittest_are_told_what_to_use(self):
        self.assertIn("use refgraph.testing there", self.section("test_of_unittest"))


if __name__ == "__main__":
    unittest.main()
