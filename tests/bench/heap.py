"""Heaps to measure on: units of what Python programs are made of, in allocation order or aged.

A unit has an instance with 4 attributes, a dict with 4 items, a list, a tuple, a float, three strings, three numbers
and a closure with two captured variables: about 16 objects and 31 references. An aged heap was built, half freed at
random, refilled, twice, and shuffled: its lists are not in address order, as those of a long-running server.
"""

import random
import types
import weakref

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


class Holder:
    def __init__(self, held, next=None):
        self.held = held
        self.next = next


def holders(few):
    """An object that `few` others hold, each held by one more: (what keeps it all, the object)."""
    target = Holder(None)
    return [Holder([target]) for _ in range(few)], target


def chain(length):
    """A module that holds an object through so many others, one after the other, and what gives the object."""
    held = target = Holder(None)
    for _ in range(length):
        held = [held]
    keeper = types.ModuleType("keeper")
    keeper.held = held
    return keeper, weakref.ref(target)


def picture():
    """An object whose surroundings make a picture of some fifty boxes."""

    class Panel:
        def __init__(self, app, i):
            self.app, self.title, self.rows = app, f"panel {i}", [i] * 100

        def bind(self):
            def on_key():
                return self

            return on_key

    class App:
        pass

    app = App()
    app.panels = {f"panel {i}": Panel(app, i) for i in range(8)}
    app.handlers = {event: [panel.bind() for panel in list(app.panels.values())[:6]] for event in ("key", "draw", "tick")}
    app.settings = {"host": "localhost", "port": 8080, "paths": ["a", "b"], "limits": (1, 2, [3])}
    return app
