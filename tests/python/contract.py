"""For every live object of an interpreter that imported a good part of the standard library: what gc.get_referents()
says that it refers to, and what a capture and an outline of the whole heap say. Prints how many objects were compared,
and each that differs."""

import gc
import importlib
import os
import sys
import time
import types
import weakref
from array import array
from collections import Counter

import refgraph
from refgraph import _refgraph
from support import running_frames

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
    objects += [time.gmtime(), os.stat(os.curdir), time.struct_time((objects,) * 9)]
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

    fresh, suspended, ended, closed = generate([]), generate([]), generate([]), generate([])
    next(suspended)
    list(ended)
    next(closed)
    closed.close()
    return objects + [fresh, suspended, ended, closed]


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


CODE = """code consts names filename name qualname linetable exceptiontable localsplusnames localspluskinds varnames
cellvars freevars"""
DICTS = (dict, frozendict) if sys.version_info >= (3, 15) else dict  # noqa: F821
GENERATORS = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
DESCRIPTORS = (
    types.MethodDescriptorType, types.WrapperDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType,
    types.ClassMethodDescriptorType,
)  # fmt: skip

# What the collector need not see, as it is part of no cycle or counts for nothing: which references of objects of which
# types a capture may have beyond those of gc.get_referents().
BEYOND = [
    (object, "type", {""}),  # not every tp_traverse gives it
    (object, "internal", {"__dict__"}),  # of an instance that holds its values itself
    (DICTS, "internal", {"key"}),  # text
    (type, "internal", {"__name__", "__qualname__", "__slots__", "__subclasses__", "attribute name"}),
    # Static types are not the collector's.
    (type, "internal", {"__dict__", "__base__", "__bases__", "__mro__"}),
    (type, "attribute", {"__base__"}),
    (types.CodeType, "internal", {f"co_{name}" for name in CODE.split()}),
    (types.ModuleType, "internal", {"md_name"}),
    (GENERATORS, "internal", {"f_code"}),
    (DESCRIPTORS, "internal", {"__name__"}),
    ((weakref.ref, *weakref.ProxyTypes), "weak", {""}),
]


def is_array(obj):
    return any(f"{base.__module__}.{base.__name__}" == "numpy.ndarray" for base in type(obj).__mro__)


def is_beyond(obj, edge):
    if type(obj).__name__ == "_lru_cache_wrapper" and edge["name"] == "link":  # each beside what it holds
        return True
    if edge["name"] in ("base", "dtype") and is_array(obj):  # only classes that derive from it tell anything
        return True
    return any(
        isinstance(obj, kinds) and edge["kind"] == kind and edge["name"] in names for kinds, kind, names in BEYOND
    )


def differences(obj, wanted, edges, outlined):
    """What differs of what the collector, a capture and an outline tell of an object; edges have addresses."""
    if sorted(wanted) == sorted(outlined) == sorted(edge["target"] for edge in edges):
        return
    wanted, outlined, given = Counter(wanted), Counter(outlined), Counter(edge["target"] for edge in edges)
    certain = Counter(edge["target"] for edge in edges if not is_beyond(obj, edge))
    for word, missing in (("lacks", wanted - given), ("has beyond", certain - wanted)):
        if missing:
            yield word, sum(missing.values()), "of", sum(wanted.values())
    # Keys that are no text come twice in an outline, which asks about holders alone.
    if isinstance(obj, DICTS):
        given, outlined = dict.fromkeys(given, 1), dict.fromkeys(outlined, 1)
    # A link has its type in its wrapper's row.
    if given != outlined and type(obj).__name__ != "_lru_list_elem":
        yield "differs in the outline", given, outlined


def addresses_of(graph):
    return [0] + [graph.node(node)["address"] for node in range(1, graph.num_nodes + 1)]


def main():
    num_imported = import_standard_library()
    odd = make_odd_objects()
    gc.collect()
    gc.disable()
    refgraph.capture()
    objects = find_all()
    # Arrays, which are one object each for a capture.
    expected = [array("Q", map(id, gc.get_referents(obj))) for obj in objects]
    graph = refgraph.capture()
    outline = _refgraph.outline(references=True)["references"]
    not_compared = {id(obj) for obj in (objects, expected, *running_frames())}
    if graph.find("garbage"):
        print("reached by nobody:", len(graph.find("garbage")))
    addresses = addresses_of(graph)
    nodes = {address: node for node, address in enumerate(addresses)}
    num_compared = num_interned = num_edges = 0
    for obj, wanted in zip(objects, expected):
        if id(obj) in not_compared:
            continue
        if id(obj) not in nodes or id(obj) not in outline:
            print("is absent", type(obj), ascii(obj)[:100])
            continue
        num_compared += 1
        edges = graph.references(nodes[id(obj)])
        for edge in edges:
            edge["target"] = addresses[edge["target"]]
        num_edges += len(edges)
        if is_dict_of_interned(obj):
            num_interned += 1
            if edges:
                print("has", len(edges), "interned strings")
            continue
        for difference in differences(obj, wanted, edges, outline[id(obj)]):
            print(*difference, type(obj), ascii(obj)[:100])
    print(num_imported, "imported", num_compared, "compared", len(odd), "odd", num_interned, "of interned strings",
          num_edges, "references")  # fmt: skip


if __name__ == "__main__":
    main()
