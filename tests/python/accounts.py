"""Objects of every kind, and how a capture of the whole heap accounts for the references to what they hold.

Prints what C code is said to hold of them and UNSEEN does not have, each count of references that disagrees, what is
reached from no root, and then how much was compared.
"""

import asyncio
import decimal
import gc
import sys
import threading

import refgraph
import zoo
from support import running_frames

# Types of C that do not tell the collector all that they hold, by kinds that show it: since and before which version,
# which types the objects have that C code is said to hold then, and where the references stand. From 3.14 on the
# collector knows all dicts, those of text and numbers, too.
TEXT = "a field of text or a number in an object that the collector does not know"
STORAGE = "the description that ctypes keeps beside a class, and its static caches"
DECIMAL = "fields of contexts, which the collector does not know"
LOCAL = "the key of a local and the callback to its end"
NUMPY = "the description of a record, or a field of an item"
UNSEEN = {
    "decimal context": ((3, 10), (3, 13), {"SignalDict"}, DECIMAL),
    "local decimal context": ((3, 10), (3, 13), {"SignalDict", "Context"}, DECIMAL),
    "thread local": ((3, 10), (3, 13), {"str", "builtin_function_or_method"}, LOCAL),
    "instance of a class derived from _local": ((3, 10), (3, 13), {"str", "builtin_function_or_method"}, LOCAL),
    "bytes io": ((3, 10), (3, 12), {"bytes"}, "its buffer"),
    "text wrapper": ((3, 10), (3, 12), {"bytes"}, "the buffer below"),
    "buffered random": ((3, 10), (3, 12), {"bytes"}, "the buffer below"),
    "instance of a class derived from StringIO": ((3, 10), (3, 12), {"list"}, "text that is not joined yet"),
    "long range iterator": ((3, 10), (3, 12), {"int"}, TEXT),
    "formatter iterator": ((3, 10), (9, 0), {"str"}, TEXT),
    "field name iterator": ((3, 10), (9, 0), {"str"}, TEXT),
    "scanner": ((3, 10), (9, 0), {"str"}, "what is searched"),
    "match iterator": ((3, 10), (9, 0), {"str"}, "what is searched"),
    "decompressor": ((3, 10), (9, 0), {"bytes"}, "the dictionary"),
    "time zone": ((3, 10), (9, 0), {"str"}, TEXT),
    "zone": ((3, 10), (9, 0), {"timedelta"}, "the table of transitions"),
    "directory entry": ((3, 10), (9, 0), {"type"}, "the result of stat(), which is not seen either"),
    "pickler": ((3, 10), (3, 12), {"list"}, "the table of what was pickled"),
    "own pickler": ((3, 10), (3, 12), {"list"}, "the table of what was pickled"),
    "unpickler": ((3, 10), (3, 12), {"list"}, "the table of what was unpickled"),
    "gathered": ((3, 13), (9, 0), {"type"}, "iterators of futures that are kept to be used again"),
    "xml parser": ((3, 13), (9, 0), {"module"}, "the module of a parser"),
    "expat parser": ((3, 14), (9, 0), {"dict"}, "interned names, which stand elsewhere in late releases"),
    "polls": ((3, 14), (9, 0), {"dict"}, "files that are waited for"),
    "c array": ((3, 10), (3, 13), {"PyCSimpleType", "tuple"}, STORAGE),
    "c pointer": ((3, 10), (3, 13), {"PyCSimpleType", "dict"}, STORAGE),
    "c callback": ((3, 10), (3, 13), {"PyCSimpleType", "tuple"}, STORAGE),
    "c function": ((3, 10), (3, 13), {"PyCSimpleType"}, STORAGE),
    "c array class": ((3, 10), (3, 13), {"PyCSimpleType", "tuple", "dict"}, STORAGE),
    "c buffer": ((3, 10), (3, 13), {"PyCSimpleType", "tuple", "dict"}, STORAGE),
    "sqlite connection": ((3, 10), (9, 0), {"function", "type", "module"}, "functions of SQL, in memory of SQLite"),
    "numpy array of records": ((3, 10), (9, 0), {"tuple", "dict"}, NUMPY),
    "numpy array of records of objects": ((3, 10), (9, 0), {"Held", "tuple", "dict"}, NUMPY),
    "numpy type": ((3, 10), (9, 0), {"tuple", "dict"}, NUMPY),
    "numpy scalar": ((3, 10), (9, 0), {"dict"}, "a cache"),
    "numpy function": ((3, 10), (9, 0), {"list"}, "loops of a ufunc"),
    "numpy broadcast": ((3, 10), (9, 0), {"Held", "PyCapsule", "dtype[int64]", "dtype[object_]"}, "its iterators"),
}  # fmt: skip


def is_unseen(name):
    since, before, *_ = UNSEEN.get(name, ((9, 0), (9, 0)))
    return since <= sys.version_info < before


def find_holder(graph, type_name):
    return next(id for id in range(1, graph.num_nodes + 1) if graph.node(id)["type"] == type_name)


def held_by_c(graph):
    """What C code holds beyond what else is known: address and type of each object, and how often."""
    nums = {edge["target"]: int(edge["name"].split()[0]) for edge in graph.references(find_holder(graph, "C code"))}
    return {(graph.node(id)["address"], graph.node(id)["type"]): num for id, num in nums.items()}


def parts(held):
    return held, held.text, held.data, held.number


def is_shared_value(place, own):
    """Up to 3.10 there is one counted object for each small number, letter and name, which many types of C hold."""
    address, type_name = place
    return sys.version_info < (3, 11) and type_name in ("int", "str", "bytes") and address not in own


class Zoo:
    def __init__(self):
        self.held, self.objects = {}, {}
        self.graph = refgraph.capture()
        self.unseen = held_by_c(self.graph)

    def add(self, names):
        """Makes objects of these kinds, and gives the types of what C code holds now and did not hold before."""
        for name in names:
            self.held[name] = zoo.Held()
            self.objects[name] = zoo.KINDS[name](self.held[name])
        before, self.graph = self.unseen, refgraph.capture()
        self.unseen = held_by_c(self.graph)
        own = {id(part) for held in self.held.values() for part in parts(held)}
        return {place[1] for place, num in self.unseen.items()
                if num > before.get(place, 0) and not is_shared_value(place, own)}  # fmt: skip


# What is not seen of decimal contexts also shows in a context that a thread made by itself, in some orders of hashes.
BY_ITSELF = {"SignalDict"} if is_unseen("decimal context") else set()


def check_kinds(animals):
    seen = [name for name in zoo.KINDS if not is_unseen(name)]
    if types := animals.add(seen) - BY_ITSELF:
        print("C code holds", types)
    unseen = [name for name in zoo.KINDS if is_unseen(name)]
    allowed = {type_name for name in unseen for type_name in UNSEEN[name][2]}
    if types := animals.add(unseen) - allowed:
        print("C code holds", types, "beyond what is not seen")


def check_held(graph, held):
    """What objects are given to hold is in their hands alone, and counts of it are those of the references shown."""
    nodes = {graph.node(id)["address"]: id for id in range(1, graph.num_nodes + 1)}
    num_held = 0
    for name in held:
        if is_unseen(name):
            continue
        for part in parts(held[name]):
            node = graph.node(nodes[id(part)])
            names = {edge["name"] for edge in graph.referrers(node["id"])}
            if node["refcount"] != node["counted"] or names & {"temporary value", "another field", "static data"}:
                print("of", name, node["type"], "has", node["refcount"], "references, not", node["counted"], names)
        num_held += any(sys.getrefcount(part) > 3 for part in parts(held[name]))
    return num_held


HEAP_TYPE = 1 << 9


def find_uncounted():
    """Up to 3.11 neither static types nor constants of code that was compiled into Python count what they refer to."""
    found = [object]
    for cls in found:  # grows meanwhile
        found += type.__subclasses__(cls)
    return {id(cls) for cls in found if not cls.__flags__ & HEAP_TYPE} | set(map(id, (None, True, False)))


def num_borrowed(graph, id):
    """From 3.14 on a variable of a running frame may borrow its reference from the frame that calls: at most so many."""
    if sys.version_info < (3, 14):
        return 0
    sources = [graph.node(edge["source"]) for edge in graph.referrers(id) if edge["kind"] == "local"]
    return sum(source["type"] == "frame" and not source["address"] for source in sources)


def check_counts(graph):
    uncounted = find_uncounted() if sys.version_info < (3, 12) else ()
    for id in range(1, graph.num_nodes + 1):
        node = graph.node(id)
        # An object without references is kept to be used again by a type of C, which shows it to the collector.
        is_alive = node["address"] and node["refcount"]
        if not is_alive or node["address"] in uncounted or node["counted"] <= node["refcount"]:
            continue
        if node["counted"] - num_borrowed(graph, id) > node["refcount"]:
            print("more references than", node["refcount"], "are shown of", node["type"], node["label"])


def lose():
    """Garbage: three objects, of which two are a cycle."""
    first, second = [], []
    first += [second, [None]]
    second.append(first)
    return {id(first), id(second), id(first[1])}


def reached(graph, addresses):
    """The nodes that strong references lead to from modules, running frames, and what is no object: states, C code."""
    roots = {0, *map(id, sys.modules.values()), *map(id, running_frames())}
    found = [node for node, address in enumerate(addresses) if address in roots and node]
    seen = set(found)
    for node in found:  # grows meanwhile
        for edge in graph.references(node):
            if edge["kind"] != "weak" and edge["target"] not in seen:
                seen.add(edge["target"])
                found.append(edge["target"])
    return seen


def check_reached():
    gc.collect()
    lost = lose()
    known = {id(obj) for obj in gc.get_objects()}
    graph = refgraph.capture()
    addresses = [0] + [graph.node(id)["address"] for id in range(1, graph.num_nodes + 1)]
    garbage = {addresses[id] for id in graph.find("garbage")}
    seen = {addresses[id] for id in reached(graph, addresses)} - {0}
    if garbage != lost:
        print("garbage:", len(garbage - lost), "more", len(lost - garbage), "less")
    # What ended since it was listed is in neither, as the list itself.
    if len(known - garbage - seen) > 3 or garbage & seen:
        print("neither:", len(known - garbage - seen), "both:", len(garbage & seen))
    return len(known)


async def work(is_started):
    local = zoo.Held()
    is_started.set()
    await asyncio.sleep(1000)
    return local


async def check_under_way():
    """With a task and a call to come."""
    is_started = asyncio.Event()
    task = asyncio.create_task(work(is_started))
    call = asyncio.get_running_loop().call_later(1000, print, zoo.Held())
    await is_started.wait()
    num = check_reached()
    task.cancel()
    call.cancel()
    return num


def main():
    leave = threading.Event()
    threading.Thread(target=lambda held: leave.wait(), args=[zoo.Held()], daemon=True).start()
    gc.collect()
    gc.disable()
    # What the first of its kind leaves behind for all.
    decimal.getcontext()
    asyncio.new_event_loop().close()
    refgraph.capture()
    animals = Zoo()
    check_kinds(animals)
    num_held = check_held(animals.graph, animals.held)
    check_counts(animals.graph)
    animals.graph = None
    num_reached = asyncio.run(check_under_way())
    leave.set()
    print(len(animals.objects), "kinds", num_held, "that hold", num_reached, "reached")


if __name__ == "__main__":
    main()
