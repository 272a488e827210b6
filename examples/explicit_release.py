"""A closure that must keep its value for a while offers to let it go: a cleanup function with `nonlocal`.

Both functions share one variable, so what `release` sets to None, `read` no longer holds.
"""

import sys
import weakref

import refgraph


class Rows(list):
    """A list that a weak reference can watch."""


def open_table():
    rows = Rows(range(1_000_000))

    def read(i):
        return rows[i]

    def release():
        nonlocal rows
        rows = None

    return read, release, weakref.ref(rows)


folder = sys.argv[1] if len(sys.argv) > 1 else "."
read, release, witness = open_table()
refgraph.show_refs([read, release], filename=f"{folder}/explicit_release-before.png")
print(f"before: read(7) is {read(7)}, and the rows are", "gone" if witness() is None else "alive")

release()
refgraph.show_refs([read, release], filename=f"{folder}/explicit_release-after.png")
print("after release(): the rows are", "gone" if witness() is None else "alive")
