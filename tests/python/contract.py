"""For every live object of an interpreter that imported a good part of the standard library: what gc.get_referents()
says that it refers to, and what a capture says. Prints how many objects were compared, and each that lacks some."""

import gc
import importlib
import sys
from collections import Counter

import refgraph

# These open windows or browsers, print, or are the tests of Python itself.
NOT_IMPORTED = {"antigravity", "this", "idlelib", "turtledemo", "turtle", "tkinter", "test", "__main__", "__phello__"}


def import_standard_library():
    num_imported = 0
    for name in sorted(sys.stdlib_module_names - NOT_IMPORTED):
        try:
            importlib.import_module(name)
            num_imported += 1
        except ImportError:
            pass  # of another platform, or not built
    return num_imported


def make_odd_objects():
    """Shapes that an import alone does not leave behind."""

    class Plain:
        pass

    class Slotted:
        __slots__ = ("slot", "__dict__")

    objects = []
    for base in (Plain, Slotted):
        for num_attributes in (0, 1, 29, 30, 31, 100):
            instance = base()
            for i in range(num_attributes):
                setattr(instance, f"attribute_{i}", [i])
            objects.append(instance)
    with_dict = Plain()
    with_dict.first = []
    vars(with_dict)
    shared = Plain()
    shared.__dict__ = with_dict.__dict__
    replaced = Plain()
    replaced.__dict__ = {"odd": [], 3: []}
    for base in (int, str, bytes, float, tuple, list, dict, set, frozenset, Exception):
        instance = type("Derived", (base,), {})(base())
        instance.attribute = []
        objects.append(instance)
    same = []
    # Dicts with keys of every kind, one whose first value is its own key, and one from which much was deleted.
    own_key = (1, Plain)
    churned = {i: [i] for i in range(100)}
    for i in range(90):
        del churned[i]
    objects += [with_dict, shared, replaced, [same, same, same], {("a",): [], "b": [], None: []}, {Plain: Plain}]
    objects += [churned, {own_key: own_key, 1: own_key}]

    def generate(argument):
        variable = [argument]
        yield lambda: variable

    fresh, suspended, ended = generate([]), generate([]), generate([])
    next(suspended)
    list(ended)
    return objects + [fresh, suspended, ended]


def find_all():
    """What the collector tracks and everything that is found from there."""
    found = gc.get_objects()
    seen = set(map(id, found))
    for obj in found:  # grows meanwhile
        for referent in gc.get_referents(obj):
            if id(referent) not in seen:
                seen.add(id(referent))
                found.append(referent)
    return found


def is_dict_of_interned(obj):
    """The collector sees it from 3.14 on. Its references are not counted, and a capture must have none of them."""
    is_seen = sys.version_info >= (3, 14) and type(obj) is dict and len(obj) > 1000
    return is_seen and all(type(key) is str and key is value for key, value in obj.items())


def running_frames():
    """Their variables change while this runs."""
    frame = sys._getframe()
    while frame:
        yield id(frame)
        frame = frame.f_back


def main():
    num_imported = import_standard_library()
    odd = make_odd_objects()
    gc.collect()
    gc.disable()
    objects = find_all()
    expected = [tuple(map(id, gc.get_referents(obj))) for obj in objects]
    graph, ids, _ = refgraph.Graph._capture(objects)
    not_compared = set(running_frames()) | {id(objects)}
    addresses = [0] + [graph.node(node)["address"] for node in range(1, graph.num_nodes + 1)]
    num_compared = num_interned = 0
    for obj, node, wanted in zip(objects, ids, expected):
        if id(obj) in not_compared:
            continue
        num_compared += 1
        given = Counter(addresses[edge["target"]] for edge in graph.references(node))
        if is_dict_of_interned(obj):
            num_interned += 1
            if given:
                print("has", sum(given.values()), "interned strings")
            continue
        missing = Counter(wanted) - given
        if missing:
            print("lacks", sum(missing.values()), "of", len(wanted), type(obj), ascii(obj)[:100])
    print(num_imported, "imported", num_compared, "compared", len(odd), "odd", num_interned, "of interned strings")


if __name__ == "__main__":
    main()
