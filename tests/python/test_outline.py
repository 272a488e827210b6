"""The outline of the heap against plain oracles: what gc.get_referents() tells of each object, one after the other, and
what a capture of the whole heap tells."""

import collections
import functools
import gc
import sys
import threading
import types
import unittest
import weakref

import refgraph
from refgraph import _refgraph
from support import thing


def outline():
    return _refgraph.outline(references=True)["references"]


def everything():
    """All objects that the collector knows and that are found from there, and what each refers to, by address.

    Not from frames: they have what the test itself makes.
    """
    naive = {}
    waiting = gc.get_objects()
    seen = {id(obj) for obj in waiting}
    for obj in waiting:
        if isinstance(obj, types.FrameType):
            continue
        referents = gc.get_referents(obj)
        naive[id(obj)] = (obj, referents)
        for referent in referents:
            if id(referent) not in seen:
                seen.add(id(referent))
                waiting.append(referent)
    return naive


# What the collector does not see of these is in the outline, too.
FURTHER = (
    dict, type, types.CodeType, types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType, types.FrameType,
    weakref.ref, weakref.ProxyType, weakref.CallableProxyType, types.MethodDescriptorType, types.WrapperDescriptorType,
    types.GetSetDescriptorType, types.MemberDescriptorType, types.ClassMethodDescriptorType, types.ModuleType,
    type(functools.lru_cache(lambda: None)),
)
if sys.version_info >= (3, 15):
    FURTHER += (frozendict,)  # noqa: F821


INLINE_VALUES, HEAP_TYPE, HAVE_GC = 1 << 2, 1 << 9, 1 << 14


def has_further(obj):
    kind = type(obj)
    # An instance holds its class, whether its tp_traverse gives that or not.
    holds_class = kind.__flags__ & HEAP_TYPE and kind not in gc.get_referents(obj)
    is_array = any(base.__name__ == "ndarray" for base in kind.__mro__)
    holds_dict = kind.__flags__ & INLINE_VALUES
    return issubclass(kind, FURTHER) or holds_class or holds_dict or is_array or not kind.__flags__ & HAVE_GC


class Shapes:
    """Objects of many kinds, each with something to refer to."""

    def __init__(self):
        held = thing("Held")

        class Slotted:
            __slots__ = ("field", "__weakref__")

        class Meta(type):
            pass

        class Plain(metaclass=Meta):
            def method(self):
                return super().__init__

        def generator(argument=held):
            local = [held]
            yield local

        slotted, plain = Slotted(), Plain()
        slotted.field = held
        plain.field, plain.other = held, [held]
        plain.__dict__
        running = generator()
        next(running)
        self.held = [
            [held], (held, 1), {held}, frozenset([held]), {"key": held, held: 1}, collections.deque([held]),
            collections.OrderedDict(a=held), collections.defaultdict(list, {1: held}), slotted, plain, plain.method,
            running, generator, weakref.ref(held), weakref.proxy(plain), functools.partial(generator, held), Plain, Meta,
            iter([held]), iter({1: held}.items()), types.MappingProxyType({"key": held}), ValueError(held),
            property(generator), functools.lru_cache(generator), range(10**6, 10**7), slice(held, held), lambda: held,
            types.SimpleNamespace(field=held), memoryview(bytearray(8)), sys._getframe(), Plain.method.__code__,
        ]
        if sys.version_info >= (3, 15):
            self.held.append(frozendict({"a key": held, held: 1}))  # noqa: F821


class Outline(unittest.TestCase):
    def tearDown(self):
        # What was looked at holds the frame that looked: millions of objects for all later captures to go over.
        gc.collect()

    def check(self):
        """Objects of the test itself come and go between the two looks; nothing else may differ."""
        gc.disable()
        try:
            naive = everything()
            found = outline()
        finally:
            gc.enable()
        own = {id(naive)} | {id(referents) for _, referents in naive.values()}
        absent = [obj for address, (obj, _) in naive.items() if address not in found]
        self.assertEqual(absent, [])
        num_checked = 0
        for address, (obj, referents) in naive.items():
            if address in own:
                continue
            expected = collections.Counter(map(id, referents))
            told = collections.Counter(found[address])
            if has_further(obj):
                self.assertFalse(expected - told, type(obj))
            else:
                self.assertEqual(expected, told, type(obj))
            num_checked += 1
        self.assertGreater(num_checked, 20_000)

    def test_has_all_objects_and_references_that_the_collector_tells(self):
        shapes = Shapes()
        self.check()
        del shapes

    def test_has_them_when_all_is_frozen(self):
        shapes = Shapes()
        frozen = [obj for obj in gc.get_objects() if obj is shapes.held]
        gc.freeze()
        try:
            found = outline()
        finally:
            gc.unfreeze()
        self.assertEqual(collections.Counter(found[id(frozen[0])]), collections.Counter(map(id, shapes.held)))
        long_lived = [obj for obj in gc.get_objects() if type(obj) in (type, types.ModuleType)]
        self.assertEqual([obj for obj in long_lived if id(obj) not in found], [])

    def test_has_all_that_a_capture_of_the_whole_heap_finds(self):
        shapes = Shapes()
        _refgraph.outline()
        gc.disable()
        try:
            graph = refgraph.capture()
            found = outline()
        finally:
            gc.enable()
        nodes = [graph.node(id) for id in range(1, graph.num_nodes + 1)]
        addresses = [0] + [node["address"] for node in nodes]
        (call,) = [node["id"] for node in nodes if node["type"] == "this call"]
        # What the capture was called with is gone when the outline is made.
        gone = {edge["target"] for edge in graph.references(call)}
        absent, lacking = [], []
        for node in nodes:
            address = node["address"]
            if address in found:
                told = {addresses[edge["target"]] for edge in graph.references(node["id"])} - {0}
                # A frame that runs went on by a line.
                if node["type"] != "frame" and not told <= set(found[address]):
                    lacking.append(node)
            elif address and node["id"] not in gone:
                absent.append(node)
        self.assertGreater(graph.num_nodes, 30_000)
        self.assertEqual(absent, [])
        self.assertEqual(lacking, [])
        del shapes

    def test_a_dead_weak_reference_refers_to_nothing(self):
        target = thing("Target")
        references = [weakref.ref(target), weakref.proxy(target)]
        del target
        found = outline()
        self.assertEqual([found[id(reference)] for reference in references], [[], []])

    def test_takes_less_than_32_bytes_an_object(self):
        kept = [[i, str(i)] for i in range(200_000)]
        told = _refgraph.outline()
        self.assertLess(told["bytes"] / told["objects"], 32)
        del kept


class OddMoments(unittest.TestCase):
    """At each of these moments an object is tracked that refers to `held`."""

    def setUp(self):
        self.held = thing("Held")
        self.holder = [self.held]
        self.told = []

    def look(self, *_):
        found = outline()
        self.told.append(id(self.held) in found[id(self.holder)] and len(found) > 20_000)
        return 0

    def assert_looked(self):
        self.assertTrue(self.told)
        self.assertTrue(all(self.told))

    def test_inside_hash_while_a_dict_grows(self):
        look = self.look

        class Key:
            def __hash__(self):
                return look()

        {Key(): i for i in range(9)}
        self.assert_looked()

    def test_inside_a_sort_key(self):
        numbers = [3, 1, 2]
        numbers.sort(key=self.look)
        self.assert_looked()

    def test_inside_a_comparison_of_a_sort(self):
        look = self.look

        class Item:
            def __lt__(self, other):
                return look()

        items = [Item() for _ in range(4)]
        items.sort()
        self.assert_looked()

    def test_inside_a_finalizer_that_a_collection_runs(self):
        look = self.look

        class Cycle:
            def __del__(self):
                look()

        cycle = Cycle()
        cycle.itself = cycle
        del cycle
        gc.collect()
        self.assert_looked()

    def test_inside_callbacks_of_the_collector(self):
        gc.callbacks.append(self.look)
        try:
            gc.collect()
        finally:
            gc.callbacks.remove(self.look)
        self.assertEqual(len(self.told), 2)
        self.assert_looked()

    def test_inside_a_generator_that_fills_a_tuple(self):
        tuple(self.look() for _ in range(20))
        self.assert_looked()

    def test_inside_the_making_of_a_class(self):
        look = self.look

        class Meta(type):
            def __new__(meta, name, bases, namespace):
                look()
                return super().__new__(meta, name, bases, namespace)

            def mro(cls):
                look()
                return super().mro()

        Meta("Made", (), {})
        self.assertEqual(len(self.told), 2)
        self.assert_looked()

    def test_while_other_threads_make_and_drop_objects(self):
        is_ended = threading.Event()

        def churn():
            while not is_ended.is_set():
                [{i: [str(i)]} for i in range(100)]

        threads = [threading.Thread(target=churn) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(10):
                self.look()
        finally:
            is_ended.set()
            for thread in threads:
                thread.join()
        self.assert_looked()


if __name__ == "__main__":
    unittest.main()
