"""By what name each kind of object holds others."""

import collections
import contextlib
import contextvars
import dataclasses
import datetime
import enum
import functools
import itertools
import operator
import os
import ssl
import sys
import threading
import time
import types
import unittest
import weakref

import refgraph
from support import references, references_of, run_python, steps, thing


def hold(a=None, *, b=None):
    pass


@types.coroutine
def suspend():
    yield


class Plain:
    def method(self):
        pass


class Containers(unittest.TestCase):
    def test_values_of_a_dict_are_named_by_their_keys(self):
        table = {"a": thing("A"), 3: thing("B"), None: thing("C"), b"z": thing("D"), True: thing("E"), 2.5: thing("F")}
        held = [reference for reference in references_of(table) if reference[0] == "item"]
        self.assertEqual(
            held,
            [
                ("item", "'a'", "A"),
                ("item", "3", "B"),
                ("item", "None", "C"),
                ("item", "b'z'", "D"),
                ("item", "True", "E"),
                ("item", "2.5", "F"),
            ],
        )

    def test_a_tuple_as_key_is_shown_with_its_items(self):
        table = {(): thing("A"), (1,): thing("B"), (1, "x"): thing("C"), (1, 2, 3, 4): thing("D")}
        names = [name for kind, name, _ in references_of(table) if kind == "item"]
        self.assertEqual(names, ["()", "(1,)", "(1, 'x')", "(1, 2, 3, …)"])

    def test_an_object_as_key_is_shown_by_its_type(self):
        held = references_of({thing("Key"): thing("Value")})
        self.assertEqual(held, [("item", "<Key>", "Value"), ("key", "", "Key")])

    def test_a_key_that_is_an_instance_of_a_str_class_is_no_name(self):
        key = type("Text", (str,), {})("secret")
        self.assertIn(("item", "<Text>", "Value"), references_of({key: thing("Value")}))

    def test_a_value_under_two_keys_has_both_names(self):
        value = thing("Value")
        held = [reference for reference in references_of({"first": value, "second": value}) if reference[0] == "item"]
        self.assertEqual(held, [("item", "'first'", "Value"), ("item", "'second'", "Value")])

    def test_items_of_a_list_are_named_by_their_places(self):
        self.assertEqual(references_of([thing("A"), thing("B")]), [("index", "0", "A"), ("index", "1", "B")])

    def test_items_of_a_tuple_are_named_by_their_places(self):
        self.assertEqual(references_of((thing("A"), thing("B"))), [("index", "0", "A"), ("index", "1", "B")])

    def test_members_of_a_set_are_keys(self):
        self.assertEqual(references_of({thing("A")}), [("key", "", "A")])

    def test_members_of_a_frozenset_are_keys(self):
        self.assertEqual(references_of(frozenset([thing("A")])), [("key", "", "A")])

    def test_a_set_from_which_all_was_taken_holds_nothing(self):
        members = {thing("A"), thing("B")}
        members.clear()
        members.add(key := thing("C"))
        members.discard(key)
        self.assertEqual(references_of(members), [])

    def test_items_of_a_deque_are_named_by_their_places(self):
        items = collections.deque(thing(f"T{i}") for i in range(150))
        items.rotate(5)
        items.popleft()
        held = references_of(items)
        self.assertEqual([name for _, name, _ in held], [str(i) for i in range(149)])
        self.assertEqual({kind for kind, _, _ in held}, {"index"})
        self.assertEqual([type_name for _, _, type_name in held], [type(item).__name__ for item in items])

    def test_values_of_an_ordered_dict_are_named_by_their_keys(self):
        held = references_of(collections.OrderedDict(a=thing("A"), b=thing("B")))
        self.assertEqual(held, [("item", "'a'", "A"), ("item", "'b'", "B")])

    def test_a_key_of_an_ordered_dict_that_is_an_object_has_one_arrow(self):
        held = references_of(collections.OrderedDict({thing("Key"): thing("Value")}))
        self.assertEqual(held, [("item", "<Key>", "Value"), ("key", "", "Key")])

    def test_a_defaultdict_holds_its_factory_and_its_values(self):
        held = references_of(collections.defaultdict(hold, a=thing("A")))
        self.assertEqual(sorted(held), [("attribute", "default_factory", "function"), ("item", "'a'", "A")])

    def test_a_mapping_proxy_holds_its_mapping(self):
        self.assertEqual(references_of(types.MappingProxyType({"a": 1})), [("attribute", "mapping", "dict")])

    def test_fields_of_a_namedtuple_are_named_by_their_places(self):
        pair = collections.namedtuple("Pair", "left right")(thing("A"), thing("B"))
        self.assertEqual(references_of(pair), [("index", "0", "A"), ("index", "1", "B")])

    def test_fields_of_what_is_a_tuple_in_c_are_named_by_their_places(self):
        fields = [thing(f"Field{i}") for i in range(9)]
        expected = [("index", str(i), f"Field{i}") for i in range(9)]
        self.assertEqual(references_of(time.struct_time(fields))[:9], expected)
        self.assertEqual([name for _, name, _ in references_of(os.stat(os.curdir)) if name], list(map(str, range(10))))

    def test_a_counter_names_counts_by_their_keys(self):
        self.assertIn(("item", "'a'", "int"), references_of(collections.Counter(a=2000)))

    def test_a_chain_map_holds_its_maps(self):
        self.assertEqual(references_of(collections.ChainMap({})), [("attribute", "maps", "list")])

    @unittest.skipUnless(sys.version_info >= (3, 15), "frozendict is new in 3.15")
    def test_a_frozen_dict_holds_items_and_keys_as_a_dict_does(self):
        items = {"name": thing("Value"), 3: thing("Odd"), thing("Key"): thing("Other")}
        frozen = frozendict(items)  # noqa: F821
        self.assertEqual(references_of(frozen), references_of(items))
        (label,) = [node["label"] for node in refgraph.show_refs([frozen], max_depth=0).nodes]
        self.assertIn("3 items", label)


@unittest.skipUnless(sys.version_info >= (3, 15), "lazy imports are new in 3.15")
class LazyImports(unittest.TestCase):
    # A global variable imports when it is read; a local one does not, nor an item.
    CODE = """
import gc, sys, refgraph
lazy import colorsys
lazy import xml.dom.minidom
lazy import xml.sax.handler as handler
lazy from fractions import Fraction, Decimal
lazy from wsgiref import headers
found = {name: value for name, value in globals().items() if type(value).__name__ == "lazy_import"}
"""

    def test_are_labeled_by_what_they_stand_for(self):
        code = self.CODE + """
graph = refgraph.capture()
print(*[graph.node(graph._find(value))["label"] for value in found.values()], sep="\\n")
lazy = [obj for obj in gc.get_objects() if type(obj).__name__ == "lazy_import"]
print(all(repr(obj) == f"<lazy_import '{graph.node(graph._find(obj))['label']}'>" for obj in lazy))
"""
        labels = ["colorsys", "xml.dom.minidom", "xml.sax.handler", "fractions.Fraction", "fractions.Decimal",
                  "wsgiref.headers"]
        self.assertEqual(run_python(code).splitlines(), [*labels, "True"])

    def test_hold_their_source_names_and_code(self):
        code = self.CODE + """
def held(id):
    return [(edge["kind"], edge["name"], graph.node(edge["target"])["type"]) for edge in graph.references(id)]
graph = refgraph.capture()
name = graph._find(found["Fraction"])
(source,) = [edge["target"] for edge in graph.references(name) if edge["name"] == "source"]
print(held(graph._find(found["colorsys"])), held(name), held(source), sep="\\n")
"""
        builtins, code_object = ("internal", "__builtins__", "dict"), ("internal", "code", "code")
        of_module = [builtins, ("internal", "source", "str"), code_object]
        of_name = [("internal", "source", "lazy_import"), ("internal", "names", "str"), code_object]
        of_source = [builtins, ("internal", "source", "str"), ("internal", "names", "tuple"), code_object]
        self.assertEqual(run_python(code).splitlines(), [repr(of_module), repr(of_name), repr(of_source)])

    def test_import_nothing_while_they_are_looked_at(self):
        code = self.CODE + """
for draw in (refgraph.show_refs, refgraph.show_backrefs, refgraph.why):
    draw(list(found.values())).text
graph = refgraph.capture()
graph.types().text, graph.why_closures().text, graph.diff(graph).text
print(sorted({"colorsys", "xml", "fractions", "wsgiref"} & set(sys.modules)))
print(all(globals()[name] is value for name, value in found.items()))
"""
        self.assertEqual(run_python(code), "[]\nTrue\n")


class Functions(unittest.TestCase):
    def test_captured_variables_have_their_names(self):
        def outer():
            screen, rows = thing("Screen"), thing("Rows")
            return lambda: (screen, rows)

        self.assertEqual(sorted(references_of(outer())), [("captured", "rows", "Rows"), ("captured", "screen", "Screen")])

    def test_a_recursive_inner_function_captures_itself(self):
        def outer():
            def inner():
                return inner

            return inner

        drawing = refgraph.show_refs([outer()])
        self.assertEqual(references(drawing), [("captured", "inner", "function")])
        self.assertEqual(len(drawing.nodes), 1)

    def test_a_variable_that_two_functions_capture_has_its_name_in_both(self):
        def outer():
            count = thing("Count")

            def get():
                return count

            def put(value):
                nonlocal count
                count = value

            return get, put

        get, put = outer()
        for function in (get, put):
            self.assertEqual(references_of(function), [("captured", "count", "Count")])

    def test_a_captured_variable_that_is_not_set_yet_has_its_name(self):
        def outer():
            def inner():
                return later

            if not inner:
                later = 1
            return inner

        held = references_of(outer())
        self.assertEqual([(kind, name) for kind, name, _ in held], [("captured", "later")])

    def test_a_captured_variable_of_an_outer_function_passes_through_the_middle(self):
        def outer():
            deep = thing("Deep")

            def middle():
                return lambda: deep

            return middle

        middle = outer()
        self.assertEqual(references_of(middle), [("captured", "deep", "Deep")])
        self.assertEqual(references_of(middle()), [("captured", "deep", "Deep")])

    def test_the_implicit_class_of_a_method_is_captured_by_name(self):
        class Derived(Plain):
            def method(self):
                return super().method()

        self.assertEqual(references_of(Derived.method), [("captured", "__class__", "type")])

    def test_a_hundred_captured_variables_all_have_their_names(self):
        names = [f"v{i:02}" for i in range(100)]
        source = "def outer(thing):\n"
        source += "".join(f"    {name} = thing('T{name}')\n" for name in names)
        source += "    return lambda: (" + ", ".join(names) + ")\n"
        namespace = {}
        exec(source, namespace)
        held = references_of(namespace["outer"](thing))
        self.assertEqual(sorted(held), [("captured", name, f"T{name}") for name in names])

    def test_globals_builtins_and_code_are_not_shown(self):
        self.assertEqual(references_of(Plain.method), [])

    def test_globals_builtins_and_code_are_shown_if_asked_for(self):
        held = references(refgraph.show_refs(Plain.method, 1, internals=True, too_many=100))
        names = {name for kind, name, _ in held if kind == "internal"}
        self.assertLessEqual({"__globals__", "__builtins__", "__code__"}, names)

    def test_the_globals_of_a_function_are_one_reference_among_all_objects_too(self):
        names = [name for _, name, _ in references_of(Plain.method, internals=True)]
        self.assertEqual(names.count("__globals__"), 1)

    def test_empty_defaults_are_not_shown(self):
        def function():
            pass

        function.__defaults__ = ()
        function.__kwdefaults__ = {}
        self.assertEqual(references_of(function), [])

    def test_attributes_of_a_function_have_their_names(self):
        def function():
            pass

        function.registry = thing("Registry")
        self.assertEqual(references_of(function), [("attribute", "registry", "Registry")])

    def test_a_bound_method_holds_its_instance_and_its_function(self):
        held = references_of(Plain().method)
        self.assertEqual(held, [("attribute", "__self__", "Plain"), ("attribute", "__func__", "function")])

    def test_a_bound_builtin_method_holds_its_instance(self):
        self.assertEqual(references_of([].append), [("attribute", "__self__", "list")])

    def test_a_function_of_a_c_module_holds_nothing_that_is_shown(self):
        self.assertEqual(references_of(len), [])

    def test_a_property_holds_its_functions(self):
        held = references_of(property(hold, Plain.method))
        self.assertEqual(held, [("attribute", "fget", "function"), ("attribute", "fset", "function")])

    def test_a_static_method_holds_its_function(self):
        self.assertIn(("attribute", "__func__", "function"), references_of(staticmethod(hold)))

    def test_a_class_method_holds_its_function(self):
        self.assertIn(("attribute", "__func__", "function"), references_of(classmethod(hold)))

    def test_a_cached_function_holds_what_it_wraps(self):
        self.assertIn(("attribute", "__wrapped__", "function"), references_of(functools.lru_cache(hold)))


def bound(partial):
    """What a partial holds beside what it calls."""
    called, *arguments = references_of(partial)
    assert called[:2] == ("attribute", "func"), called
    return arguments


class Arguments(unittest.TestCase):
    A = ("argument", "a", "A")
    AB = [A, ("argument", "b", "B")]
    TUPLE = [("argument", "args", "tuple")]
    DEFAULTS = [("argument", "__defaults__", "tuple")]

    def test_defaults_have_the_names_of_their_parameters(self):
        def function(a=thing("A"), *, b=thing("B")):
            pass

        self.assertEqual(references_of(function), self.AB)

    def test_the_last_parameters_have_defaults(self):
        def function(first, second, a=thing("A"), b=thing("B"), *others, named, **more):
            pass

        self.assertEqual(references_of(function), self.AB)

    def test_a_parameter_that_an_inner_function_uses_has_its_name(self):
        def function(first, a=thing("A"), b=thing("B")):
            return lambda: (b, first)

        self.assertEqual(references_of(function), self.AB)

    def test_a_closure_has_captured_variables_and_defaults(self):
        variable = thing("Variable")

        def function(a=thing("A")):
            return variable

        self.assertEqual(references_of(function), [("captured", "variable", "Variable"), self.A])

    def test_defaults_that_something_else_holds_too_are_one_tuple(self):
        defaults = (thing("A"),)

        def function(a):
            pass

        function.__defaults__ = defaults
        self.assertEqual(references_of(function), self.DEFAULTS)
        del defaults
        self.assertEqual(references_of(function), [self.A])

    def test_constant_defaults_of_a_definition_are_one_tuple(self):
        def function(a=1, b=2):
            pass

        self.assertEqual(references_of(function), self.DEFAULTS)

    def test_cells_that_are_the_defaults_of_another_function_stay_captured_variables(self):
        variable = thing("Variable")
        closure = lambda: variable  # noqa: E731

        def function(a, *, b=thing("B")):
            pass

        function.__defaults__ = closure.__closure__
        self.assertEqual(references(refgraph.show_refs(function, 1)), self.DEFAULTS + self.AB[1:])
        self.assertEqual(references_of(closure), [("captured", "variable", "Variable")])

    def test_more_defaults_than_parameters_are_one_tuple(self):
        def function(a):
            pass

        function.__defaults__ = (thing("A"), thing("B"))
        self.assertEqual(references_of(function), self.DEFAULTS)

    def test_defaults_of_derived_types_are_objects_of_their_own(self):
        def function(a, *, b):
            pass

        function.__defaults__ = type("Tuple", (tuple,), {})([thing("A")])
        function.__kwdefaults__ = type("Dict", (dict,), {})(b=thing("B"))
        held = [("argument", "__defaults__", "Tuple"), ("argument", "__kwdefaults__", "Dict")]
        self.assertEqual(references_of(function), held)

    def test_a_partial_of_a_function_binds_its_parameters(self):
        self.assertEqual(bound(functools.partial(hold, thing("A"), b=thing("B"))), self.AB)

    def test_a_partial_of_a_bound_method_binds_parameters_after_self(self):
        class Derived(Plain):
            def method(self, a, b):
                pass

        self.assertEqual(bound(functools.partial(Derived().method, thing("A"), thing("B"))), self.AB)
        self.assertEqual(bound(functools.partial(Derived.method, thing("Self")))[0][1], "self")

    def test_a_partial_of_a_partial_binds_parameters_after_those_that_are_bound(self):
        def function(first, second, a, b):
            pass

        inner = functools.partial(types.MethodType(function, 1), 2)
        inner.attribute = None  # else a partial of it would be one of the method
        self.assertEqual(bound(functools.partial(inner, thing("A"), thing("B"))), self.AB)

    def test_a_partial_of_a_partial_of_a_class_of_its_own_has_positions(self):
        class Derived(functools.partial):
            def __call__(self, *arguments):
                return super().__call__("first", *arguments)

        inner = Derived(hold)
        inner.attribute = None
        self.assertEqual(bound(functools.partial(inner, thing("A"))), self.TUPLE)
        self.assertEqual(bound(Derived(hold, thing("A"))), self.TUPLE)

    def test_arguments_beyond_the_parameters_have_positions(self):
        def function(a, *arguments):
            pass

        self.assertEqual(bound(functools.partial(function, thing("A"))), [self.A])
        self.assertEqual(bound(functools.partial(function, thing("A"), thing("B"))), self.TUPLE)

    def test_arguments_of_what_has_no_parameters_that_can_be_told_have_positions(self):
        for called in (print, Plain, Plain().__init__, operator.itemgetter(1)):
            with self.subTest(called):
                self.assertEqual(bound(functools.partial(called, thing("A"))), self.TUPLE)

    def test_a_partial_that_calls_itself_has_positions(self):
        partial = functools.partial(hold)
        partial.__setstate__((partial, (thing("A"),), {}, None))
        self.assertEqual(bound(partial), self.TUPLE)

    @unittest.skipIf(sys.version_info < (3, 14), "places can be left free from 3.14 on")
    def test_a_partial_of_a_partial_that_leaves_places_free_has_positions(self):
        inner = functools.partial(hold, functools.Placeholder, 2)
        inner.attribute = None
        self.assertEqual(bound(functools.partial(inner, thing("A"))), self.TUPLE)

    def test_what_is_not_bound_is_not_shown(self):
        self.assertEqual(bound(functools.partial(hold)), [])

    def test_keywords_that_are_named_as_what_the_language_keeps_for_itself_are_arguments(self):
        partial = functools.partial(dict, __doc__=thing("A"), __name__=thing("B"))
        self.assertEqual(bound(partial), [("argument", "__doc__", "A"), ("argument", "__name__", "B")])

    def test_of_many_arguments_those_that_are_shown_have_their_names(self):
        names = [f"p{i:02}" for i in range(30)]
        namespace = {}
        exec(f"def function({', '.join(names)}): pass", namespace)
        by_position = functools.partial(namespace["function"], *map(thing, names))
        by_name = functools.partial(namespace["function"], **dict(zip(names, map(thing, names))))
        for partial in (by_position, by_name):
            held = references(refgraph.show_refs(partial, 1, too_many=5))
            self.assertEqual(held[1:5], [("argument", name, name) for name in names[:4]])

    def test_have_their_names_where_the_lists_are_not_known(self):
        code = """
import functools, refgraph
class A: pass
def hold(a, *, b=A()): pass
partial = functools.partial(hold, A(), b=A())
print(refgraph.capture().refs([hold, partial]).text)
"""
        told = run_python(code)
        self.assertEqual(told.count("─ a → A"), 1)
        self.assertEqual(told.count("─ b → A"), 2)
        self.assertEqual(run_python(code, REFGRAPH_DOCUMENTED_API="1"), told)


class Instances(unittest.TestCase):
    AB = [("attribute", "a", "A"), ("attribute", "b", "B")]

    def fill(self, instance):
        instance.a = thing("A")
        instance.b = thing("B")
        return instance

    def test_attributes_of_an_instance_have_their_names(self):
        self.assertEqual(references_of(self.fill(Plain())), self.AB)

    def test_attributes_have_their_names_once_the_dict_was_looked_at(self):
        instance = self.fill(Plain())
        vars(instance)
        self.assertEqual(references_of(instance), self.AB)

    def test_an_attribute_dict_that_a_variable_holds_too_is_an_object_of_its_own(self):
        instance = Plain()
        attributes = instance.__dict__ = {"a": thing("A")}
        drawing = refgraph.show_refs([instance], 2)
        self.assertEqual(
            [(edge["kind"], edge["name"]) for edge in drawing.edges], [("attribute", "__dict__"), ("item", "'a'")]
        )
        self.assertEqual(list(attributes), ["a"])

    def test_the_attribute_dict_of_an_instance_has_its_items_when_it_is_asked_about(self):
        instance = self.fill(Plain())
        held = [reference for reference in references(refgraph.show_refs([vars(instance)], 1)) if reference[0] != "key"]
        self.assertEqual(held, [("item", "'a'", "A"), ("item", "'b'", "B")])

    def test_attributes_have_their_names_after_the_dict_was_replaced(self):
        instance = self.fill(Plain())
        instance.__dict__ = {"z": thing("Z")}
        self.assertEqual(references_of(instance), [("attribute", "z", "Z")])

    def test_a_dict_with_other_keys_than_str_holds_items(self):
        instance = Plain()
        instance.__dict__ = {"z": thing("Z"), 3: thing("Odd")}
        held = [reference for reference in references_of(instance) if reference[0] != "key"]
        self.assertEqual(held, [("attribute", "z", "Z"), ("item", "3", "Odd")])

    def test_an_instance_without_attributes_holds_nothing(self):
        self.assertEqual(references_of(Plain()), [])

    def test_an_attribute_that_was_deleted_and_set_again_has_its_name_once(self):
        instance = self.fill(Plain())
        del instance.a
        instance.a = thing("Again")
        self.assertEqual(sorted(references_of(instance)), [("attribute", "a", "Again"), ("attribute", "b", "B")])

    def test_an_attribute_that_was_deleted_is_gone(self):
        instance = self.fill(Plain())
        del instance.a
        self.assertEqual(references_of(instance), [("attribute", "b", "B")])

    def test_many_attributes_all_have_their_names(self):
        for num in (29, 30, 31, 100):
            instance = type("Many", (), {})()
            for i in range(num):
                setattr(instance, f"a{i:03}", thing(f"T{i:03}"))
            with self.subTest(num):
                self.assertEqual(references_of(instance), [("attribute", f"a{i:03}", f"T{i:03}") for i in range(num)])

    def test_attributes_set_in_another_order_than_in_the_first_instance_have_their_names(self):
        cls = type("Ordered", (), {})
        self.fill(cls())
        instance = cls()
        instance.b = thing("B")
        instance.a = thing("A")
        self.assertEqual(sorted(references_of(instance)), self.AB)

    def test_slots_have_their_names(self):
        instance = self.fill(type("Slotted", (), {"__slots__": ("a", "b")})())
        self.assertEqual(references_of(instance), self.AB)

    def test_a_slot_that_is_not_set_is_not_shown(self):
        instance = type("Slotted", (), {"__slots__": ("a", "b")})()
        instance.b = thing("B")
        self.assertEqual(references_of(instance), [("attribute", "b", "B")])

    def test_slots_and_attributes_have_their_names(self):
        instance = self.fill(type("Derived", (type("Slotted", (), {"__slots__": ("a",)}),), {})())
        self.assertEqual(sorted(references_of(instance)), self.AB)

    def test_slots_of_all_base_classes_have_their_names(self):
        base = type("Base", (), {"__slots__": ("a",)})
        instance = self.fill(type("Derived", (base,), {"__slots__": ("b", "__weakref__")})())
        self.assertEqual(sorted(references_of(instance)), self.AB)

    def test_attributes_of_instances_of_builtin_kinds_have_their_names(self):
        item = thing("Item")
        kinds = {
            int: (5, []),
            float: (1.5, []),
            str: ("text", []),
            bytes: (b"bytes", []),
            tuple: ((item,), [("index", "0", "Item")]),
            list: ([item], [("index", "0", "Item")]),
            dict: ({"k": item}, [("item", "'k'", "Item")]),
            set: ({item}, [("key", "", "Item")]),
            frozenset: ({item}, [("key", "", "Item")]),
            collections.deque: ([item], [("index", "0", "Item")]),
            collections.defaultdict: (None, []),
        }
        for kind, (value, own) in kinds.items():
            instance = self.fill(type("Derived", (kind,), {})(*([] if value is None else [value])))
            held = [reference for reference in references_of(instance) if reference[2] not in ("str", "NoneType")]
            with self.subTest(kind):
                self.assertEqual(held, self.AB + own)

    def test_attributes_of_large_integers_have_their_names(self):
        cls = type("Number", (int,), {})
        for value in (0, -1, 2**30, -(2**30), 2**70, -(2**3000)):
            with self.subTest(value.bit_length()):
                self.assertEqual(references_of(self.fill(cls(value))), self.AB)

    def test_attributes_of_long_tuples_have_their_names(self):
        instance = self.fill(type("Row", (tuple,), {})([0] * 1000))
        self.assertEqual(references_of(instance)[:2], self.AB)

    def test_attributes_of_an_ordered_dict_have_their_names_once(self):
        instance = self.fill(type("Derived", (collections.OrderedDict,), {})())
        self.assertEqual(references_of(instance), self.AB)

    def test_attributes_of_a_module_like_class_have_their_names_once(self):
        instance = type("Derived", (types.ModuleType,), {})("name")
        instance.a = thing("A")
        held = [reference for reference in references_of(instance) if reference[1] == "a"]
        self.assertEqual(held, [("attribute", "a", "A")])

    def test_attributes_of_a_simple_namespace_have_their_names_once(self):
        self.assertEqual(references_of(types.SimpleNamespace(a=thing("A"))), [("attribute", "a", "A")])

    def test_fields_of_a_dataclass_have_their_names(self):
        cls = dataclasses.make_dataclass("Data", ["a", "b"])
        self.assertEqual(references_of(cls(thing("A"), thing("B"))), self.AB)

    def test_fields_of_a_dataclass_with_slots_have_their_names(self):
        cls = dataclasses.make_dataclass("Data", ["a", "b"], slots=True)
        self.assertEqual(references_of(cls(thing("A"), thing("B"))), self.AB)

    def test_a_member_of_an_enum_holds_its_value_by_name(self):
        class Colour(enum.Enum):
            RED = ("r", "e", "d")

        self.assertIn(("attribute", "_value_", "tuple"), references_of(Colour.RED))
        self.assertIn(("attribute", "_name_", "str"), references_of(Colour.RED))

    def test_attributes_have_names_though_the_dict_is_older_than_its_instance(self):
        attributes = {"a": thing("A"), 3: thing("Odd"), "b": thing("B")}
        instance = Plain()
        instance.__dict__ = attributes
        del attributes
        held = references(refgraph.capture().refs([instance], 1))
        self.assertEqual(held, [("attribute", "a", "A"), ("item", "3", "Odd"), ("attribute", "b", "B")])

    def test_an_attribute_dict_that_a_list_holds_too_is_an_item_of_the_list(self):
        instance = Plain()
        instance.__dict__ = {"a": thing("A")}
        self.assertEqual(references_of([vars(instance)]), [("index", "0", "dict")])

    def test_an_attribute_dict_that_a_closure_captures_has_the_name_of_the_variable(self):
        instance = Plain()
        attributes = instance.__dict__ = {"a": thing("A")}
        self.assertEqual(references_of(lambda: attributes), [("captured", "attributes", "dict")])

    @unittest.skipUnless(sys.version_info >= (3, 15), "sentinels are new in 3.15")
    def test_a_sentinel_is_labeled_by_its_name(self):
        missing = sentinel("MISSING")  # noqa: F821
        (node,) = refgraph.show_refs([missing]).nodes
        self.assertIn("MISSING", node["label"])


class ClassesAndModules(unittest.TestCase):
    def test_attributes_of_a_class_have_their_names(self):
        cls = type("Owner", (), {"setting": thing("Setting")})
        self.assertIn(("attribute", "setting", "Setting"), references_of(cls))

    def test_a_class_holds_its_base(self):
        self.assertIn(("attribute", "__base__", "type"), references_of(type("Derived", (Plain,), {})))

    def test_a_class_has_no_reference_without_a_name(self):
        self.assertEqual([held for held in references_of(type("Derived", (Plain,), {})) if not held[1]], [])

    def test_an_instance_does_not_show_its_class(self):
        self.assertEqual([held for held in references_of(Plain()) if held[2] == "type"], [])

    def test_an_instance_shows_its_class_if_asked_for_internals(self):
        self.assertIn(("type", "type"), [(kind, end) for kind, _, end in references_of(Plain(), internals=True)])

    def test_attributes_of_a_module_have_their_names(self):
        module = types.ModuleType("module")
        module.setting = thing("Setting")
        held = [reference for reference in references_of(module) if not reference[1].startswith("__")]
        self.assertEqual(held, [("attribute", "setting", "Setting")])

    def test_a_super_object_holds_class_and_instance(self):
        class Derived(Plain):
            def ask(self):
                return super()

        self.assertEqual(
            references_of(Derived().ask()),
            [
                ("attribute", "__thisclass__", "type"),
                ("attribute", "__self__", "Derived"),
                ("attribute", "__self_class__", "type"),
            ],
        )

    def test_a_generic_alias_holds_origin_and_arguments(self):
        self.assertEqual(
            references_of(list[Plain]), [("attribute", "__origin__", "type"), ("attribute", "__args__", "tuple")]
        )

    def test_a_slice_holds_its_bounds(self):
        self.assertIn(("attribute", "start", "Start"), references_of(slice(thing("Start"), None)))

    def test_a_method_wrapper_holds_its_instance(self):
        self.assertIn(("attribute", "__self__", "Owner"), references_of(thing("Owner").__repr__))

    def test_a_date_or_time_holds_its_time_zone(self):
        zone = type("Zone", (datetime.tzinfo,), {"utcoffset": lambda self, when: datetime.timedelta(0)})()
        derived = type("Derived", (datetime.datetime,), {})(2000, 1, 2, tzinfo=zone)
        for moment in (datetime.datetime(2000, 1, 2, tzinfo=zone), datetime.time(1, tzinfo=zone), derived):
            self.assertEqual(references_of(moment), [("attribute", "tzinfo", "Zone")])
        for moment in (datetime.datetime(2000, 1, 2), datetime.time(1), datetime.date(2000, 1, 2)):
            self.assertEqual(references_of(moment), [])

    def test_a_connection_holds_the_context_of_its_certificates(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        connection = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
        self.assertIn(("attribute", "context", "SSLContext"), references_of(connection._sslobj))

    def test_a_context_variable_holds_its_default(self):
        held = references_of(contextvars.ContextVar("v", default=thing("Default")))
        self.assertEqual([end for _, _, end in held if end != "str"], ["Default"])


class WeakReferences(unittest.TestCase):
    def setUp(self):
        self.obj = thing("Referent")

    def test_the_referent_is_weak(self):
        self.assertEqual(references_of(weakref.ref(self.obj)), [("weak", "", "Referent")])

    def test_a_callback_is_strong(self):
        reference = weakref.ref(self.obj, hold)
        self.assertEqual(
            references_of(reference), [("weak", "", "Referent"), ("attribute", "__callback__", "function")]
        )

    def test_the_referent_of_a_proxy_is_weak(self):
        self.assertEqual(references_of(weakref.proxy(self.obj)), [("weak", "", "Referent")])

    def test_a_reference_whose_referent_is_gone_holds_nothing(self):
        reference = weakref.ref(self.obj)
        del self.obj
        self.assertEqual(references_of(reference), [])

    def test_a_weak_method_has_each_reference_once(self):
        plain = Plain()
        held = references_of(weakref.WeakMethod(plain.method))
        self.assertEqual([end for kind, _, end in held if kind == "weak"], ["Plain"])
        self.assertEqual(
            sorted(name for kind, name, _ in held if kind == "attribute"),
            ["__callback__", "_alive", "_func_ref", "_meth_type"],
        )

    def test_a_weak_value_dictionary_holds_its_values_weakly(self):
        table = weakref.WeakValueDictionary(k=self.obj)
        drawing = refgraph.show_refs([table.data], 2, too_many=100)
        types_of = {node["id"]: node["type"] for node in drawing.nodes}
        self.assertEqual([e["name"] for e in drawing.edges if types_of[e["target"]] == "KeyedRef"], ["'k'"])
        self.assertEqual([e["kind"] for e in drawing.edges if types_of[e["target"]] == "Referent"], ["weak"])

    def test_a_weak_set_holds_its_members_weakly(self):
        members = weakref.WeakSet([self.obj])
        drawing = refgraph.show_refs([members], 3, too_many=100)
        types_of = {node["id"]: node["type"] for node in drawing.nodes}
        self.assertEqual([e["kind"] for e in drawing.edges if types_of[e["target"]] == "Referent"], ["weak"])

    def test_the_text_says_that_a_reference_is_weak(self):
        self.assertIn("weak", refgraph.show_refs([weakref.ref(self.obj)]).text)


class Generators(unittest.TestCase):
    LOCALS = [("local", "argument", "Argument"), ("local", "variable", "Variable")]

    def test_variables_of_a_suspended_generator_have_their_names(self):
        def generate(argument):
            variable = thing("Variable")
            yield
            return variable

        generator = generate(thing("Argument"))
        self.assertEqual(references_of(generator), self.LOCALS[:1])
        next(generator)
        self.assertEqual(references_of(generator), self.LOCALS)
        list(generator)
        self.assertEqual(references_of(generator), [])

    def test_a_variable_that_an_inner_function_uses_has_its_name(self):
        def generate():
            shared = thing("Shared")
            yield lambda: shared

        generator = generate()
        next(generator)
        self.assertEqual(references_of(generator), [("local", "shared", "Shared")])

    def test_a_captured_variable_of_a_generator_is_a_local(self):
        outer = thing("Outer")

        def generate():
            yield outer

        generator = generate()
        next(generator)
        self.assertEqual(references_of(generator), [("local", "outer", "Outer")])

    def test_variables_of_a_suspended_coroutine_have_their_names(self):
        async def work(argument):
            variable = thing("Variable")
            await suspend()
            return variable

        coroutine = work(thing("Argument"))
        coroutine.send(None)
        self.assertEqual([held for held in references_of(coroutine) if held[1] != "temporary value"], self.LOCALS)
        coroutine.close()

    def test_what_a_coroutine_waits_for_is_a_temporary_value(self):
        async def work():
            await suspend()

        coroutine = work()
        coroutine.send(None)
        self.assertEqual(references_of(coroutine), [("local", "temporary value", "generator")])
        coroutine.close()

    def test_variables_of_a_suspended_async_generator_have_their_names(self):
        async def generate(argument):
            variable = thing("Variable")
            yield variable

        generator = generate(thing("Argument"))
        with contextlib.suppress(StopIteration):
            generator.asend(None).send(None)
        self.assertEqual(references_of(generator), self.LOCALS)

    def test_the_iterator_of_a_loop_is_a_temporary_value(self):
        items = [1, 2]

        def generate():
            for _ in items:
                yield

        generator = generate()
        next(generator)
        # From 3.15 on a loop has a list itself, and how far it is as a number that is no object.
        iterated = "list" if sys.version_info >= (3, 15) else "list_iterator"
        self.assertIn(("local", "temporary value", iterated), references_of(generator))

    def test_a_generator_expression_holds_what_it_iterates_over(self):
        items = [thing("Item")]
        generator = (0 for _ in items)
        expected = [("local", ".0", "list_iterator")]
        if sys.version_info >= (3, 15):  # its loop has begun
            expected = [("local", ".0", "list"), ("local", "temporary value", "list")]
        self.assertEqual(references_of(generator), expected)


class Frames(unittest.TestCase):
    def test_a_local_variable_has_its_name_and_function_and_line_and_thread(self):
        local_value = thing("Local")
        drawing = refgraph.why(local_value)
        line = sys._getframe().f_lineno - 1
        self.assertEqual(steps(drawing), [("local", "local_value", "Local")])
        first = drawing.text.splitlines()[0]
        self.assertIn(f"_names.py:{line}", first)
        self.assertIn("MainThread", first)
        self.assertIn(sys._getframe().f_code.co_name[:12], drawing.json())

    def test_a_variable_that_an_inner_function_uses_is_a_local_by_name(self):
        shared = thing("Shared")

        def inner():
            return shared

        drawing = refgraph.why(shared)
        self.assertEqual(steps(drawing), [("local", "shared", "Shared")])
        self.assertIs(inner(), shared)

    def test_an_argument_of_a_function_further_out_is_a_local_of_that_function(self):
        def outer(argument):
            return inner()

        def inner():
            return refgraph.capture()

        value = [thing("Argument")]
        graph = outer(value[0])
        paths = graph.why(value[0], max_paths=2)
        self.assertIn("argument", [edge["name"] for edge in paths.edges if edge["kind"] == "local"])

    def test_a_variable_of_another_thread_has_the_name_of_the_thread(self):
        inside, leave = threading.Event(), threading.Event()
        witness = []

        def work():
            only_here = thing("Remote")
            witness.append(weakref.ref(only_here))
            inside.set()
            leave.wait()

        thread = threading.Thread(target=work, name="Worker-7")
        thread.start()
        try:
            inside.wait()
            drawing = refgraph.why(witness[0]())
        finally:
            leave.set()
            thread.join()
        self.assertEqual(steps(drawing), [("local", "only_here", "Remote")])
        self.assertIn("Worker-7", drawing.text.splitlines()[0])
        self.assertIn("work() local", drawing.text.splitlines()[0])

    def test_variables_of_a_class_body_are_attributes(self):
        drawings = []

        class Body:
            inside = thing("Inside")
            drawings.append(refgraph.why(inside))

        self.assertEqual([name for _, name, end in steps(drawings[0]) if end == "Inside"], ["inside"])
        self.assertTrue(Body)

    def failed(self):
        try:
            self.fail_with(thing("Argument"))
        except ValueError as error:
            return error

    def fail_with(self, argument):
        variable = thing("Variable")
        raise ValueError(argument, variable)

    def test_a_traceback_holds_its_frame_and_the_next(self):
        self.assertEqual(
            references_of(self.failed().__traceback__),
            [("attribute", "tb_next", "traceback"), ("attribute", "tb_frame", "frame")],
        )

    def test_a_frame_of_a_traceback_holds_its_variables(self):
        frame = self.failed().__traceback__.tb_next.tb_frame
        self.assertEqual(
            references_of(frame),
            [("local", "self", "Frames"), ("local", "argument", "Argument"), ("local", "variable", "Variable")],
        )

    def test_an_exception_holds_arguments_traceback_context_and_cause(self):
        try:
            try:
                raise LookupError("first")
            except LookupError as error:
                raise ValueError(thing("Argument")) from error
        except ValueError as error:
            caught = error
        self.assertEqual(
            references_of(caught),
            [
                ("attribute", "args", "tuple"),
                ("attribute", "__traceback__", "traceback"),
                ("attribute", "__context__", "LookupError"),
                ("attribute", "__cause__", "LookupError"),
            ],
        )
        caught.__traceback__ = None  # it would hold this frame, and the frame it

    def test_attributes_of_an_exception_have_their_names(self):
        error = ValueError()
        error.detail = thing("Detail")
        self.assertEqual(references_of(error), [("attribute", "detail", "Detail")])

    def test_the_value_of_a_stop_iteration_has_its_name(self):
        self.assertIn(("attribute", "value", "Value"), references_of(StopIteration(thing("Value"))))


class Iterators(unittest.TestCase):
    def test_iterators_name_what_they_iterate_over(self):
        item = thing("Item")
        for iterator, name, end in [
            (iter([item]), "sequence", "list"),
            (iter((item,)), "sequence", "tuple"),
            (reversed([item]), "sequence", "list"),
            (iter({item}), "set", "set"),
            (iter({"a": item}), "mapping", "dict"),
            (iter({"a": item}.values()), "mapping", "dict"),
            ({"a": item}.values(), "mapping", "dict"),
            ({"a": item}.keys(), "mapping", "dict"),
            (memoryview(bytearray(3)), "buffer", "managedbuffer"),
        ]:
            with self.subTest(type(iterator)):
                self.assertEqual(references_of(iterator), [("attribute", name, end)])

    def test_an_iterator_over_items_names_the_mapping_alone(self):
        held = references_of(iter({"a": thing("Item")}.items()))
        self.assertEqual([end for _, name, end in held if name == "mapping"], ["dict"])

    def test_iterators_over_iterators_hold_them(self):
        for iterator, held in [
            (map(hold, [1]), {"function", "tuple"}),
            (filter(hold, [1]), {"function", "list_iterator"}),
            (enumerate([1]), {"list_iterator", "tuple"}),
            (zip([1], [2]), {"tuple"}),
            (itertools.chain([1], [2]), {"tuple_iterator"}),
            (itertools.repeat(thing("Item")), {"Item"}),
            (iter(hold, thing("Sentinel")), {"function", "Sentinel"}),
            (operator.itemgetter(thing("Item")), {"Item"}),
        ]:
            with self.subTest(type(iterator)):
                self.assertEqual({end for _, _, end in references_of(iterator)}, held)


class Finding(unittest.TestCase):
    """An object is found again by its address and type, whatever the name of the type."""

    def test_an_instance_of_a_class_with_a_dot_in_its_name_is_found(self):
        obj = thing("with.dot")
        self.assertEqual(refgraph.capture().refs(obj, 0).nodes[0]["type"], "with.dot")

    def test_an_instance_of_a_class_with_a_long_name_is_found(self):
        obj = thing("Long" * 1000)
        self.assertIn("Long", refgraph.capture().refs(obj, 0).nodes[0]["type"])

    def test_an_instance_of_a_class_with_a_name_beyond_ascii_is_found(self):
        obj = thing("Größe")
        self.assertEqual(refgraph.capture().refs(obj, 0).nodes[0]["type"], "Größe")

    def test_an_instance_of_a_class_with_a_name_that_needs_escapes_is_found(self):
        obj = thing("two\nlines")
        self.assertEqual(len(refgraph.capture().refs(obj, 0).nodes), 1)

    def test_an_object_of_another_type_at_the_same_address_is_not_found(self):
        obj = thing("Old")
        graph = refgraph.capture()
        self.assertEqual(graph.refs(obj, 0).nodes[0]["type"], "Old")
        obj.__class__ = type("Other", (), {})
        with self.assertRaises(refgraph.NotFoundError):
            graph.refs(obj)

    def test_a_class_that_has_the_name_of_a_builtin_is_none(self):
        for name in ("collections.deque", "functools.partial", "functools._lru_cache_wrapper", "list_iterator"):
            cls = type(name, (), {"__slots__": ("a", "b")})
            obj = cls()
            obj.a, obj.b = thing("A"), thing("B")
            with self.subTest(name):
                self.assertEqual(references_of(obj), [("attribute", "a", "A"), ("attribute", "b", "B")])
                self.assertNotIn("item", refgraph.show_refs(obj, 0).text)

    def test_an_instance_of_a_class_of_builtins_is_found(self):
        for obj in ([1], collections.OrderedDict(a=[]), types.SimpleNamespace(a=1), threading.RLock(), Plain):
            with self.subTest(type(obj)):
                self.assertEqual(len(refgraph.capture().refs([obj], 0).nodes), 1)


if __name__ == "__main__":
    unittest.main()
