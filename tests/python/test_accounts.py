"""Every object of every kind is accounted for: who holds it is known, or C code is said to, and why is written down."""

import unittest

from support import run_python


class Accounts(unittest.TestCase):
    def test_of_all_kinds_of_objects_agree_with_counts_of_references_and_all_are_reached_or_garbage(self):
        *differing, summary = run_python("import accounts; accounts.main()").splitlines()
        self.assertEqual(differing, [])
        num_kinds, _, num_that_hold, _, _, num_reached, _ = summary.split()
        self.assertGreater(int(num_kinds), 300)
        self.assertGreater(int(num_that_hold), 280)
        self.assertGreater(int(num_reached), 15_000)


if __name__ == "__main__":
    unittest.main()
