"""A closure keeps everything that it captures: here a million numbers, for the sake of their mean.

The mend: compute first, and capture the result.
"""

import sys
import weakref

import refgraph


class Rows(list):
    """A list that a weak reference can watch."""


def keeping_rows(rows):
    def mean():
        return sum(rows) / len(rows)

    return mean


def keeping_result(rows):
    result = sum(rows) / len(rows)

    def mean():
        return result

    return mean


folder = sys.argv[1] if len(sys.argv) > 1 else "."
for when, make in ("before", keeping_rows), ("after", keeping_result):
    rows = Rows(range(1_000_000))
    witness = weakref.ref(rows)
    mean = make(rows)
    del rows
    refgraph.show_refs(mean, filename=f"{folder}/captured_list-{when}.png")
    print(f"{when}: mean() is {mean()}, and the rows are", "gone" if witness() is None else "alive")
