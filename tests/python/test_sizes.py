"""Sizes are those that sys.getsizeof() tells, and no Python code is asked for them."""

import _struct
import array
import collections
import ctypes
import decimal
import io
import itertools
import sys
import types
import unittest
from xml.etree import ElementTree

import refgraph
from support import references_of, run_python, thing

try:
    import numpy
except ImportError:
    numpy = None


def read(obj):
    """(its size, what was lost), without what it refers to."""
    graph, (node,), _ = refgraph.Graph._capture([obj], max_depth=0)
    return graph.node(node)["size"], dict(graph.losses)


def size_of(obj):
    size, _ = read(obj)
    return size


def losses_of(obj):
    _, losses = read(obj)
    return losses


NOT_ASKED = "sizes: classes that have a __sizeof__ were not asked"


class Library(unittest.TestCase):
    def test_every_object_of_an_interpreter_has_the_size_that_getsizeof_tells(self):
        *differing, summary = run_python("import sizes; sizes.main()").splitlines()
        self.assertEqual(differing, [])
        self.assertGreater(int(summary.split()[0]), 50_000)


class Builtin(unittest.TestCase):
    def assert_sizes(self, objects):
        for obj in objects:
            with self.subTest(type(obj)):
                size, losses = read(obj)
                self.assertEqual(size, sys.getsizeof(obj))
                self.assertNotIn(NOT_ASKED, losses)

    def test_of_text_in_every_width_with_and_without_a_copy_as_utf8(self):
        texts = [letter * num for letter in ("a", "ä", "→", "😀") for num in (0, 1, 100)]
        text_class = type("Text", (str,), {})
        texts += [text_class(text) for text in texts]
        encoded = ["ä" * 50, "→" * 50, text_class("ä" * 50)]
        for text in encoded:
            ctypes.pythonapi.PyUnicode_AsUTF8(ctypes.py_object(text))
        self.assert_sizes(texts + encoded)

    def test_of_numbers(self):
        self.assert_sizes([0, 1, -1, 2**30, -(2**60), 10**1000, True, 1.5, 2j, type("Number", (int,), {})(2**100)])

    def test_of_containers_that_were_filled_and_emptied(self):
        containers = []
        for num in (0, 1, 5, 8, 9, 1000):
            containers += [list(range(num)), tuple(range(num)), set(range(num)), frozenset(range(num)), bytes(num)]
            containers += [bytearray(num), {i: i for i in range(num)}, dict.fromkeys(map(str, range(num)))]
            containers += [collections.OrderedDict.fromkeys(range(num)), collections.deque(range(num))]
        for container in containers[-10:]:
            if hasattr(container, "clear"):
                container.clear()
        grown, shrunk = collections.deque(range(5), maxlen=3), collections.deque(range(200))
        for _ in range(150):
            shrunk.popleft()
        self.assert_sizes([*containers, grown, shrunk, collections.deque(), collections.Counter("abc")])

    def test_of_classes_and_their_instances(self):
        class Plain:
            pass

        class Slotted:
            __slots__ = ("a", "b")

        class Meta(type):
            pass

        plain = Plain()
        plain.a = plain.b = 1
        made = Meta("Made", (dict,), {"a": 1})
        self.assert_sizes([Plain, Slotted, Meta, made, plain, Slotted(), made(), int, type, object, Plain().__dict__])

    def test_of_functions_code_frames_and_generators(self):
        def function(a, b=1, *, c=2):
            inner = lambda: (a, b)  # noqa: E731
            yield inner

        async def coroutine():
            pass

        async def generator():
            yield 1

        waiting = coroutine()
        frame = sys._getframe()
        self.assert_sizes([function, function.__code__, function(1), waiting, generator(), frame, len, [].append])
        waiting.close()
        for _ in range(2000):  # whatever the interpreter keeps beside code that runs often
            list(function(1))
        self.assert_sizes([function.__code__])

    def test_of_types_of_the_library(self):
        element = ElementTree.Element("a", b="c")
        for _ in range(9):
            ElementTree.SubElement(element, "d")
        shared = b"text" * 100
        buffer, held = io.BytesIO(), io.BytesIO(shared)
        buffer.write(b"x" * 1000)
        self.assert_sizes(
            [
                _struct.Struct("iifq10s"), _struct.Struct(""), array.array("d", range(100)), array.array("b"),
                buffer, held, io.BytesIO(), io.BufferedReader(io.BytesIO(b"a"), 77), io.BufferedRandom(io.BytesIO()),
                decimal.Decimal(1), decimal.Decimal(10) ** 27, decimal.Decimal("1" * 500), element,
                ElementTree.Element("a"), itertools.combinations(range(9), 3), itertools.product(range(3), repeat=4),
                itertools.combinations_with_replacement("abc", 2), itertools.permutations("abcd", 3),
                memoryview(bytearray(10)), memoryview(b"abc")[1:], types.SimpleNamespace(a=1), ctypes.c_int(1),
                ctypes.c_int, ctypes.c_int * 7, type("S", (ctypes.Structure,), {"_fields_": [("a", ctypes.c_int)]}),
            ]
        )  # fmt: skip


class Python(unittest.TestCase):
    def test_a_sizeof_that_is_written_in_python_is_not_called_and_counted(self):
        calls = []

        class Own(list):
            def __sizeof__(self):
                calls.append(self)
                return 10**30

        own, plain = Own([1, 2, 3]), type("Plain", (list,), {})([1, 2, 3])
        self.assertEqual(size_of(own), sys.getsizeof(plain))
        self.assertEqual(calls, [])
        self.assertEqual(losses_of(own), {NOT_ASKED: 1})

    def test_a_class_that_borrows_the_sizeof_of_another_is_not_asked(self):
        own = type("Own", (), {"__sizeof__": dict.__sizeof__})()
        self.assertEqual(losses_of(own), {NOT_ASKED: 1})

    def test_a_class_with_the_name_of_a_type_of_c_is_measured_as_what_it_is(self):
        for name in ("collections.deque", "_struct.Struct", "numpy.ndarray", "array.array", "decimal.Decimal"):
            slots = [f"slot{i}" for i in range(8)]
            obj = type(name, (), {"__slots__": slots})()
            for slot in slots:
                setattr(obj, slot, thing("Slot"))
            with self.subTest(name):
                self.assertEqual(size_of(obj), sys.getsizeof(obj))
                self.assertEqual([held for _, held, _ in references_of(obj)], slots)


@unittest.skipUnless(numpy, "numpy is not installed")
class Numpy(unittest.TestCase):
    def test_an_array_that_owns_its_data_counts_it(self):
        for obj in (numpy.zeros(1000), numpy.zeros((3, 4, 5)), numpy.array(3), numpy.zeros((0, 3)), numpy.empty(2, "O")):
            self.assertEqual(size_of(obj), sys.getsizeof(obj))
        self.assertGreater(size_of(numpy.zeros(1000)), 8000)

    def test_a_view_names_the_array_that_owns_its_data(self):
        owner = numpy.zeros(1000)
        view = owner[1:]
        self.assertEqual(size_of(view), sys.getsizeof(view))
        self.assertEqual(references_of(view), [("attribute", "base", "ndarray")])
        self.assertEqual(references_of(owner), [])

    def test_an_array_of_objects_names_them_by_their_places(self):
        items = numpy.array([[thing("A"), thing("B")], [thing("C"), None]], dtype=object)
        self.assertEqual(
            references_of(items), [("index", str(i), end) for i, end in enumerate(["A", "B", "C", "NoneType"])]
        )
        self.assertEqual(references_of(items[0]), [("attribute", "base", "ndarray")])

    def test_a_class_derived_from_arrays_is_one(self):
        class Derived(numpy.ndarray):
            pass

        derived = numpy.zeros(10).view(Derived)
        derived.label = thing("Label")
        self.assertEqual(size_of(derived), sys.getsizeof(derived))
        self.assertEqual(
            sorted(references_of(derived)), [("attribute", "base", "ndarray"), ("attribute", "label", "Label")]
        )


if __name__ == "__main__":
    unittest.main()
