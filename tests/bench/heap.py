"""Heaps to measure on: units of what Python programs are made of, in allocation order or aged.

A unit has an instance with 4 attributes, a dict with 4 items, a list, a tuple, a float, three strings, three numbers
and a closure with two captured variables: about 16 objects and 31 references. An aged heap was built, half freed at
random, refilled, twice, and shuffled: its lists are not in address order, as those of a long-running server.
"""

import random

OBJECTS_PER_UNIT = 16


class Unit:
    def __init__(self, i, other):
        self.name = f"unit {i}"
        self.values = [i * 1000 + 7, float(i), f"text {i}"]
        self.table = {"number": i * 1000 + 1, "pair": (i + 100_000, other), "label": f"label {i}", "other": other}
        self.callback = make_callback(self.values, other)


def make_callback(values, other):
    def callback():
        return values, other

    return callback


def build(num_objects, aged=False, seed=1):
    rng = random.Random(seed)
    num_units = num_objects // OBJECTS_PER_UNIT
    units = []
    for i in range(num_units):
        units.append(Unit(i, units[rng.randrange(i)] if i else None))
    for _ in range(2 if aged else 0):
        rng.shuffle(units)
        del units[num_units // 2 :]
        for i in range(num_units - len(units)):
            units.append(Unit(i, units[rng.randrange(len(units))]))
    if aged:
        rng.shuffle(units)
    return units
