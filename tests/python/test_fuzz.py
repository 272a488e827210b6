"""Random objects in odd moments: fuzz.py, for FUZZ_SECONDS, or one world; and moments that need a process of their own."""

import os
import sys
import unittest

from support import run_python

SUBINTERPRETER = """
import refgraph
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
interpreter = interpreters.create()
try:
    failure = interpreters.run_string(interpreter, "import refgraph; assert refgraph.capture().num_nodes > 1000")
except interpreters.RunFailedError as error:
    failure = error
beside = refgraph.capture().num_nodes > 1000
interpreters.destroy(interpreter)
print(beside, refgraph.capture().num_nodes > 1000, not failure or "ImportError" in str(failure))
"""


class Fuzz(unittest.TestCase):
    def test_random_objects_in_odd_moments_are_seen_as_they_are(self):
        # Every interpreter has other objects, and other moments.
        arguments = ["--seconds", os.environ.get("FUZZ_SECONDS", "0"), "--seed", str(sys.version_info[1])]
        told = run_python(f"import fuzz, sys; sys.argv[1:] = {arguments}; sys.exit(fuzz.main())", PYTHONHASHSEED="0")
        self.assertRegex(told, r"^[1-9]\d* worlds, [1-9]\d* looks, [1-9]\d* objects compared$")

    def test_at_exit_the_heap_is_captured(self):
        code = "import atexit, refgraph; atexit.register(lambda: print(refgraph.capture().num_nodes > 1000))"
        self.assertEqual(run_python(code), "True\n")

    # It has a heap of its own from 3.12 on; there the import is refused.
    def test_beside_a_subinterpreter_the_heap_is_captured_and_in_it_or_refused(self):
        self.assertEqual(run_python(SUBINTERPRETER), "True True True\n")
