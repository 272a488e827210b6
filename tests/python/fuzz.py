"""Random object graphs, looked at in odd moments, and held against what the interpreter itself tells of each object:
gc.get_referents(), sys.getsizeof(), sys.getrefcount().

    PYTHONHASHSEED=0 build/run python3.12 -W ignore tests/python/fuzz.py --seconds 60 [--seed 17]

Prints what was looked at, and each difference with the seed that gives it again.
"""

import argparse
import asyncio
import contextvars
import ctypes
import functools
import gc
import importlib
import importlib.abc
import importlib.machinery
import io
import os
import random
import re
import signal
import sys
import threading
import time
import traceback
import tracemalloc
import types
import weakref
from array import array

import contract
import refgraph
import sizes
import zoo
from refgraph import _refgraph
from support import running_frames


def neighbours(objects, depth):
    """What objects refer to within a depth, themselves first."""
    found, level = {id(obj): obj for obj in objects}, list(objects)
    for _ in range(depth):
        level = [obj for obj in gc.get_referents(*level) if found.setdefault(id(obj), obj) is obj and len(found) < 5000]
        level = list({id(obj): obj for obj in level}.values())[:2000]
    return list(found.values())


# These have threads, files and other state of the process that the next round would meet again.
LASTING = ("socket", "executor", "thread", "process", "selector", "poll", "event loop", "task", "server", "finalizer",
           "pickler", "ssl")  # fmt: skip
KINDS = sorted(name for name in zoo.KINDS if not any(word in name for word in LASTING))


# Kept, so that no later object has the address of one of them.
LASTING_OBJECTS = {id(obj): obj for module in list(sys.modules.values()) for obj in neighbours([module], 3)}
HAVE_GC = 1 << 14

# --- a graph of objects ----------------------------------------------------------------------------------------------


class World:
    """Objects of random kinds that hold each other; `held` die with it."""

    def __init__(self, chance, num_objects):
        self.chance = chance
        self.objects = []
        self.deaths = []
        for _ in range(num_objects):
            self.objects.append(self.make())
        for _ in range(num_objects):
            self.tangle(chance.choice(self.objects), chance.choice(self.objects))
        self.all = tuple(self.objects)

    def make_held(self):
        held = zoo.Held()
        self.deaths.append(weakref.ref(held))
        return held

    def make(self):
        make = zoo.KINDS[self.chance.choice(KINDS)]
        if self.objects and self.chance.random() < 0.5:
            try:
                return make(self.chance.choice(self.objects))
            except Exception:
                pass  # it cannot hold that
        return make(self.make_held())

    def tangle(self, holder, target):
        """Makes `holder` refer to `target` in a way that it has, or change in a way that objects rarely do."""
        ways = [
            lambda: holder.append(target),
            lambda: holder.__setitem__(self.chance.choice(["key", 3, (1, 2), "é"]), target),
            lambda: setattr(holder, self.chance.choice(["attribute", "slot", "other"]), target),
            lambda: setattr(holder, "cell_contents", target),
            lambda: delattr(holder, self.chance.choice(["cell_contents", "attribute", "slot"])),
            lambda: setattr(holder, "__class__", type("Swapped", type(holder).__mro__[:-1] or (object,), {})),
            lambda: setattr(holder, "__dict__", {"own": target, 1: holder}),
            lambda: holder.add(target),
            lambda: holder.clear() if self.chance.random() < 0.1 else None,
            lambda: holder.__dict__.update({f"name_{i}": target for i in range(self.chance.randrange(40))}),
            lambda: setattr(holder, "__defaults__", (target,)),
            lambda: holder.send(target),
        ]
        if id(holder) in LASTING_OBJECTS:
            return
        self.chance.shuffle(ways)
        for way in ways[:4]:
            try:
                way()
            except BaseException as error:
                if isinstance(error, (KeyboardInterrupt, MemoryError)):
                    raise


# --- looking at it ---------------------------------------------------------------------------------------------------


def is_counted(obj):
    """Whether nobody but the objects that refer to it, and those stay, counts as a reference."""
    return gc.is_tracked(obj) and not isinstance(obj, (type, types.FrameType, types.ModuleType, dict))


class Looking:
    def __init__(self, world):
        self.world = world
        self.graphs = []
        self.differences = []
        self.num_looks = 0  # in this moment
        self.num_objects = 0
        self.is_under_way = False

    def look(self, *ignored):
        """The first time in a moment always."""
        if self.is_under_way or (self.num_looks and self.world.chance.random() < 0.7):
            return
        self.num_looks += 1
        self.is_under_way = True
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            self.compare()
        except Exception:
            self.differences.append(traceback.format_exc())
        finally:
            if was_enabled:
                gc.enable()
            self.is_under_way = False

    def compare(self):
        with_outline = self.world.chance.random() < 0.2
        objects = neighbours([*self.world.all, self.world.objects], 2) + gc.get_objects(0)
        running = {id(objects), *map(id, running_frames())}
        objects = [obj for obj in objects if id(obj) not in running and not is_running(obj)]
        counted = [obj for obj in self.world.all if is_counted(obj)]
        expected, told = [], []
        for obj in objects:
            expected.append(array("Q", map(id, gc.get_referents(obj))))
            told.append(size_of(obj))
        counts = counts_of(counted)
        graph, nodes, _ = refgraph.Graph._capture(objects)
        if counts_of(counted) != counts:
            self.differences.append("reference counts differ")
        outline = _refgraph.outline(references=True)["references"] if with_outline else {}
        own = {id(own) for own in (objects, expected, told, counted, counts, running, graph, nodes, outline)}
        addresses = {}
        for obj, node, wanted, size in zip(objects, nodes, expected, told):
            if id(obj) not in own:
                self.compare_object(obj, graph, node, wanted, size, outline, addresses)
        self.num_objects += len(objects)
        self.graphs.append(graph)

    def compare_object(self, obj, graph, node, wanted, size, outline, addresses):
        edges = graph.references(node)
        for edge in edges:
            target = edge["target"]
            if target not in addresses:
                addresses[target] = graph.node(target)["address"]
            edge["target"] = addresses[target]
        outlined = outline.get(id(obj), [edge["target"] for edge in edges])
        differing = list(contract.differences(obj, wanted, edges, outlined))
        if size is not None and graph.node(node)["size"] != size:
            differing.append(("size", graph.node(node)["size"], "instead of", size))
        if not tells_all(obj):
            differing = [difference for difference in differing if difference[0] != "has beyond"]
        for difference in differing:
            self.differences.append(f"{' '.join(map(str, difference))}: {type(obj)} {ascii_of(obj)}")


def tells_all(obj):
    """Objects of types without the collector tell nothing of themselves; up to 3.11, a pair not of its two files."""
    is_pair = isinstance(obj, io.BufferedRWPair) and sys.version_info < (3, 12)
    return type(obj).__flags__ & HAVE_GC and not is_pair


def size_of(obj):
    """None where it is not known; that of a list which is being sorted is less than that of any other."""
    size = sys.getsizeof(obj) if sizes.is_asked(type(obj)) else None
    return None if isinstance(obj, list) and size < sys.getsizeof([]) else size


def counts_of(objects):
    return array("q", map(sys.getrefcount, objects))


def is_running(obj):
    """What a function has in its hands while it runs, a generator does not tell of itself."""
    return any(getattr(obj, name, False) is True for name in ("gi_running", "cr_running", "ag_running"))


class Passing(Looking):
    """Passes the same moments, with the same chances, and does not look."""

    def compare(self):
        self.world.chance.random()


def ascii_of(obj):
    try:
        return ascii(obj)[:100]
    except Exception:
        return "…"


# --- moments ---------------------------------------------------------------------------------------------------------

MOMENTS = {}


def moment(function):
    MOMENTS[function.__name__.replace("_", " ")] = function
    return function


class Dying:
    """Calls a function when it dies, and refers to itself if it is to die by a collection."""

    def __init__(self, call, is_cycle=False):
        self.call = call
        self.cycle = self if is_cycle else None

    def __del__(self):
        self.call()


@moment
def plainly(look, world):
    look()


@moment
def in_a_finalizer(look, world):
    Dying(look)


@moment
def in_a_finalizer_during_a_collection(look, world):
    Dying(look, is_cycle=True)
    gc.collect()


@moment
def in_a_weak_reference_callback(look, world):
    target = zoo.Plain()
    reference = weakref.ref(target, look)
    del target
    return reference


@moment
def in_a_weak_reference_callback_during_a_collection(look, world):
    target = zoo.Plain()
    target.cycle = target
    reference = weakref.ref(target, look)
    del target
    gc.collect()
    return reference


@moment
def in_a_callback_of_the_collector(look, world):
    gc.callbacks.append(look)
    try:
        gc.collect(world.chance.randrange(3))
    finally:
        gc.callbacks.remove(look)


class Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, look):
        self.look = look

    def find_spec(self, name, path, target=None):
        if name == "fuzzed_module":
            self.look()
            return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        self.look()


@moment
def during_an_import(look, world):
    importer = Importer(look)
    sys.meta_path.insert(0, importer)
    try:
        importlib.import_module("fuzzed_module")
    finally:
        sys.meta_path.remove(importer)
        sys.modules.pop("fuzzed_module", None)


@moment
def in_a_signal_handler(look, world):
    before = signal.signal(signal.SIGUSR1, look)
    try:
        os.kill(os.getpid(), signal.SIGUSR1)
        [i for i in range(1000)]
    finally:
        signal.signal(signal.SIGUSR1, before)


@moment
def in_a_trace_function(look, world):
    def trace(frame, event, argument):
        look()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        zoo.ignore()
    finally:
        sys.settrace(before)


@moment
def in_a_profile_function(look, world):
    sys.setprofile(look)
    try:
        len("")
    finally:
        sys.setprofile(None)


@moment
def in_a_generator_that_is_closed(look, world):
    def generate():
        try:
            yield world.objects
        finally:
            look()

    generator = generate()
    next(generator)
    generator.close()


@moment
def in_a_generator_that_dies(look, world):
    def generate():
        try:
            yield
        finally:
            look()

    next(generate())


@moment
def in_the_key_of_a_sort(look, world):
    world.objects.sort(key=lambda obj: look() or id(obj) if world.chance.random() < 0.02 else id(obj))
    look()


@moment
def in_a_comparison_of_a_sort(look, world):
    [obj := functools.cmp_to_key(lambda a, b: look() or -1)(1), obj].sort()


@moment
def in_a_loop_over_a_dict(look, world):
    for i in {"a": world, 2: look}:
        look()


@moment
def in_a_hash_and_a_comparison(look, world):
    class Key:
        def __hash__(self):
            look()
            return 1

        def __eq__(self, other):
            look()
            return False

    {Key(): 1, Key(): world}
    {Key(), Key()}


@moment
def while_a_container_is_made(look, world):
    def generate():
        for i in range(20):
            yield [i]
        look()
        yield world

    for make in (tuple, list, set, frozenset, dict.fromkeys, zoo.collections.deque):
        try:
            make(generate())
        except TypeError:
            pass  # lists have no hash
    "".join(str(i) for i in generate())


@moment
def while_a_class_is_made(look, world):
    class Meta(type):
        @classmethod
        def __prepare__(cls, name, bases):
            look()
            return {}

        def __new__(cls, *arguments):
            look()
            return super().__new__(cls, *arguments)

        def mro(cls):
            look()
            return super().mro()

    class Named:
        def __set_name__(self, owner, name):
            look()

    class Base(metaclass=Meta):
        def __init_subclass__(cls):
            look()

    class Derived(Base):
        named = Named()


@moment
def near_the_limit_of_recursion(look, world):
    def descend():
        try:
            return descend()
        except RecursionError as error:
            raise Deepest from error

    class Deepest(Exception):
        pass

    def climb(num):
        return look() if not num else climb(num - 1)

    try:
        descend()
    except Deepest:
        look()
    depth = sum(1 for _ in traceback.walk_stack(sys._getframe()))
    climb(max(0, sys.getrecursionlimit() - depth - 60))


@moment
def while_a_deep_nest_is_torn_down(look, world):
    nest = [Dying(look)]
    for _ in range(50000):
        nest = [nest]
    look()
    del nest


@moment
def while_threads_allocate(look, world):
    is_over = False

    def churn():
        kept = []
        while not is_over:
            kept.append({"a": [object()], "b": zoo.closure_over(kept)})
            if len(kept) > 1000:
                kept.clear()

    threads = [threading.Thread(target=churn, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        look()
    finally:
        is_over = True
        for thread in threads:
            thread.join()


@moment
def in_another_thread(look, world):
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()


@moment
def in_a_coroutine(look, world):
    async def main():
        task = asyncio.ensure_future(asyncio.sleep(0))
        look()
        await task

    asyncio.run(main())


@moment
def in_another_context(look, world):
    variable = contextvars.ContextVar("variable")
    context = contextvars.copy_context()
    context.run(variable.set, world)
    context.run(look)


@moment
def in_a_callback_of_c(look, world):
    re.sub(".", lambda match: look() or "", "a")
    ctypes.CFUNCTYPE(None)(look)()
    min([1, 2], key=lambda i: look() or i)


@moment
def while_an_exception_is_handled(look, world):
    try:
        try:
            raise ValueError(world)
        finally:
            look()
    except ValueError:
        look()


@moment
def in_a_hook_of_what_nobody_handles(look, world):
    before = sys.unraisablehook
    sys.unraisablehook = look
    try:
        Dying(lambda: 1 / 0)
    finally:
        sys.unraisablehook = before


@moment
def while_objects_are_frozen(look, world):
    gc.freeze()
    try:
        look()
    finally:
        gc.unfreeze()


@moment
def while_allocations_are_traced(look, world):
    tracemalloc.start(world.chance.randrange(1, 5))
    try:
        world.objects.append([object()])
        look()
    finally:
        tracemalloc.stop()


@moment
def in_a_forked_child(look, world):
    pid = os.fork()
    if not pid:
        look()
        print(*look.__self__.differences, sep="\n", file=sys.stderr, flush=True)
        os._exit(bool(look.__self__.differences))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status:
        look.__self__.differences.append(f"the child ended with status {status}")
    look()


# --- rounds ----------------------------------------------------------------------------------------------------------


def count_alive(world):
    deaths, world.objects[:] = world.deaths, ()
    world.all = ()
    # Some die by what a collection calls, and are found by the next one.
    for _ in range(3):
        gc.collect()
    return sum(death() is not None for death in deaths)


def pass_through(looking, names):
    """Yields what differed, each with its moment."""
    for name in names:
        gc.collect()
        looking.num_looks = 0
        MOMENTS[name](looking.look, looking.world)
        if not looking.num_looks:
            yield f"{name}: did not look"
        yield from (f"{name}: {difference}" for difference in dict.fromkeys(looking.differences))
        looking.differences.clear()


def play(seed, names):
    """One world, looked at in some moments. Returns what was seen, and in which moment it differed."""
    passing = Passing(World(random.Random(seed), 100))
    differences = list(pass_through(passing, names))
    num_alive = count_alive(passing.world)
    looking = Looking(World(random.Random(seed), 100))
    differences += pass_through(looking, names)
    num_alive = count_alive(looking.world) - num_alive
    if num_alive:
        differences.append(f"{num_alive} more objects stay alive than in a world that nobody looked at")
    return looking, differences


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0, help="for how long; 0: one world")
    parser.add_argument("--seed", type=int, default=0, help="of the first world")
    parser.add_argument("--moments", type=int, default=6, help="of each world")
    arguments = parser.parse_args()

    # Callbacks of the zoo's weak references take no argument.
    sys.unraisablehook = zoo.ignore
    end = time.monotonic() + arguments.seconds
    seed, num_looks, num_objects, has_failed = arguments.seed, 0, 0, False
    while seed == arguments.seed or time.monotonic() < end:
        names = random.Random(seed).sample(sorted(MOMENTS), arguments.moments)
        looking, differences = play(seed, names)
        num_looks += len(looking.graphs)
        num_objects += looking.num_objects
        for difference in differences:
            print(f"seed {seed}: {difference}", file=sys.stderr)
        has_failed |= bool(differences)
        seed += 1
    print(seed - arguments.seed, "worlds,", num_looks, "looks,", num_objects, "objects compared")
    return has_failed


if __name__ == "__main__":
    sys.exit(main())
