"""Cutting what Graph.cut() names frees the object, whatever shapes hold it: weak references are the witnesses."""

import collections
import functools
import gc
import random
import time
import types
import unittest
import weakref

import refgraph


class Target:
    pass


class Plain:
    pass


class Slotted:
    __slots__ = ("first", "second", "__weakref__")


def closure_over(value):
    return lambda: value


def with_default(value):
    def function(argument=value):
        pass

    return function


def suspended(value):
    local = value
    del value
    yield local


def attribute(value):
    holder = Plain()
    holder.held = value
    return holder


def slot(value):
    holder = Slotted()
    holder.second = value
    return holder


def generator(value):
    running = suspended(value)
    next(running)
    return running


def hashable(value):
    try:
        hash(value)
    except TypeError:
        return False
    return True


def method(value):
    return types.MethodType(len, value)


# What a test holds: its local variables would be references to cut, too.
registry = {}

# By name: a holder of a value, made anew. Those whose references cannot change, too, as tuples and bound methods.
HOLDERS = {
    "list": lambda value: [None, value],
    "dict": lambda value: {"key": value},
    "dict of two": lambda value: {"one": value, "two": value},
    "attribute": attribute,
    "slot": slot,
    "closure": closure_over,
    "partial": lambda value: functools.partial(print, value),
    "bound argument": lambda value: functools.partial(closure_over, value),
    "keyword": lambda value: functools.partial(print, sep=value),
    "default": with_default,
    "deque": lambda value: collections.deque([value]),
    "set": lambda value: {value} if hashable(value) else [value],
    "tuple": lambda value: (value, value),
    "frozenset": lambda value: frozenset([value] if hashable(value) else []) or (value,),
    "method": method,
    "generator": generator,
    "property": lambda value: property(closure_over(value)),
    "static method": lambda value: staticmethod(closure_over(value)),
    "class": lambda value: type("Class", (), {"held": value}),
    "mapping proxy": lambda value: types.MappingProxyType({"key": value}),
    "chain": lambda value: collections.ChainMap({"key": value}),
    "iterator": lambda value: iter([value]),
    "exception": lambda value: ValueError(value),
    "namespace": lambda value: types.SimpleNamespace(held=value),
}


def undo(holder, reference, held):
    """Removes a reference as a program would."""
    if isinstance(holder, list):
        holder[int(reference[1:-1])] = None
    elif isinstance(holder, dict):
        del holder[next(key for key in holder if f"[{key!r}]" == reference)]
    elif isinstance(holder, (collections.deque, set)):
        holder.remove(held)
    elif isinstance(holder, types.FunctionType) and holder.__defaults__:
        holder.__defaults__ = None
    elif isinstance(holder, types.FunctionType):
        holder.__closure__[holder.__code__.co_freevars.index(reference)].cell_contents = None
    elif isinstance(holder, functools.partial):
        holder.__setstate__((holder.func, (), {}, {}))
    elif isinstance(holder, types.GeneratorType):
        holder.close()
    elif isinstance(holder, BaseException):
        holder.args = ()
    else:
        delattr(holder, reference.lstrip("."))


def hold(names, chance):
    """Registers holders of a new target and of each other, the outermost ones alone; returns a weak reference to it."""
    global registry
    target = Target()
    pool, held = [target], set()
    for name in names:
        value = chance.choice(pool)
        held.add(id(value))
        pool.append(HOLDERS[name](value))
    registry = {f"key {i}": obj for i, obj in enumerate(pool) if id(obj) not in held}
    return weakref.ref(target)


def find(addresses):
    """The objects at some addresses, those that the collector knows and what they refer to."""
    known = {}
    for obj in gc.get_objects():
        for each in (obj, *gc.get_referents(obj)):
            if id(each) in addresses:
                known[id(each)] = each
    return known


# Holders whose references stay the same as long as they live: what can be cut is who holds them.
FIXED = {
    "tuple": lambda value: (value,),
    "class derived from tuple": lambda value: type("Derived", (tuple,), {})([value]),
    "named tuple": collections.namedtuple("Named", "field"),
    "tuple of C": lambda value: time.struct_time([value] + [None] * 8),
    "frozenset": lambda value: frozenset([value]),
    "bound method": lambda value: types.MethodType(len, value),
    "bound method of C": lambda value: value.__reduce_ex__,
}


class Cut(unittest.TestCase):
    def setUp(self):
        # What is freed at once is looked for at once.
        self.addCleanup(gc.enable if gc.isenabled() else gc.disable)
        gc.collect()
        gc.disable()

    def check(self, names, seed):
        witness = hold(names, random.Random(seed))
        graph = refgraph.capture()
        cut = graph.cut(witness())
        self.assertTrue(cut, (names, seed, cut.summary))
        references = [
            (graph.node(record.id)["address"], record.reference, graph.node(record.target)["address"]) for record in cut
        ]
        known = find({address for holder, _, held in references for address in (holder, held)})
        while references:
            holder, reference, held = references.pop()
            undo(known[holder], reference, known[held])
        known.clear()
        holder = held = None
        if "next collection" in cut.summary:
            gc.collect()
        self.assertIsNone(witness(), (names, seed, cut.text))

    def cut_of_held_by(self, make):
        global registry
        target = Target()
        registry = {"holder": make(target)}
        witness = weakref.ref(target)
        del target
        return [record.reference for record in refgraph.capture().cut(witness())]

    def test_names_no_reference_of_a_holder_that_stays_the_same_but_who_holds_that(self):
        for name, make in FIXED.items():
            with self.subTest(name):
                self.assertEqual(self.cut_of_held_by(make), ["['holder']"])
        self.assertEqual(self.cut_of_held_by(lambda value: [value]), ["[0]"])

    def test_names_an_attribute_of_an_object_whose_items_stay_the_same(self):
        def make(value):
            holder = type("Derived", (frozenset,), {})()
            holder.held = value
            return holder

        self.assertEqual(self.cut_of_held_by(make), [".held"])

    def test_frees_what_a_single_holder_holds(self):
        for name in HOLDERS:
            with self.subTest(name):
                self.check([name], 0)

    def test_frees_what_holders_of_holders_hold(self):
        chance = random.Random(3)
        for seed in range(15):
            names = chance.choices(list(HOLDERS), k=chance.randint(2, 6))
            with self.subTest(names=names, seed=seed):
                self.check(names, seed)


if __name__ == "__main__":
    unittest.main()
