"""Random graphs, looked at in odd moments: a few of those that `make fuzz-python` makes for longer."""

import re
import unittest

import support


class Worlds(unittest.TestCase):
    def test_random_graphs_in_odd_moments_have_what_python_says_of_each_object(self):
        printed = support.run_python("import fuzz; fuzz.main(num_worlds=12)")
        self.assertRegex(printed, re.compile(r"\A12 worlds \d{4,} objects\n\Z"))


if __name__ == "__main__":
    unittest.main()
