"""Random graphs of objects of every kind, looked at in odd moments, and held against a slow plain oracle: what
gc.get_referents() and sys.getrefcount() say of each object at that moment.

    make fuzz-python FUZZ_SECONDS=600

Prints what differs, with the number from which the graph was made, and at the end how much was compared.
"""

import asyncio
import contextlib
import contextvars
import gc
import logging
import random
import signal
import sys
import threading
import time
import warnings
import weakref
from array import array
from collections import Counter

import contract
import refgraph
import zoo

# Objects whose making costs much, or that wait for a peer.
LEFT_OUT = {name for name in zoo.KINDS if any(word in name for word in ("thread", "process", "pool", "loop", "ssl", "TLS"))}


# --- worlds ---


class Knot(zoo.Held):
    """Held by objects of the zoo, and holds some: what makes a graph of them."""

    def __init__(self, others):
        super().__init__()
        self.others = others
        self.ring = [self]
        self.callback = lambda: (others, self.text)


def add_link(numbers, pool):
    """From one object to another, if the first can hold another."""
    source, target = numbers.choice(pool), numbers.choice(pool)
    with contextlib.suppress(Exception):
        if type(source) in (list, bytearray):
            source.append(target)
        elif type(source) is dict:
            source[f"key {len(source)}"] = target
        elif type(source) is set:
            source.add(target)
        else:
            source.link = target


def make_world(seed):
    """A list of objects that refer to each other."""
    numbers = random.Random(seed)
    kinds = sorted(set(zoo.KINDS) - LEFT_OUT)
    pool = []
    for _ in range(numbers.randrange(5, 60)):
        knot = Knot(numbers.sample(pool, min(len(pool), 3)))
        with contextlib.suppress(OSError):  # of what the system does not give, here and now
            pool += [zoo.KINDS[numbers.choice(kinds)](knot), knot.callback]
    for _ in range(numbers.randrange(100)):
        add_link(numbers, pool)
    for _ in range(numbers.randrange(len(pool))):
        pool.pop(numbers.randrange(len(pool)))
    return pool


# --- moments ---


class Dying:
    def __init__(self, look):
        self.look = look

    def __del__(self):
        self.look()


class Hashed:
    def __init__(self, look):
        self.look = look

    def __hash__(self):
        self.look()
        return 1


def in_finalizer(look):
    Dying(look)


def in_finalizer_of_collection(look):
    dying = Dying(look)
    dying.cycle = dying
    del dying
    gc.collect()


def in_weak_callback(look):
    thing = zoo.Plain()
    reference = weakref.ref(thing, lambda reference: look())
    del thing
    assert reference() is None


def in_callback_of_collector(look):
    def callback(phase, info):
        gc.callbacks.remove(callback)
        look()

    gc.callbacks.append(callback)
    gc.collect(0)


def in_sort(look):
    [3, 1, 2].sort(key=lambda number: look() and number or number)


def in_hash(look):
    {Hashed(look): 1}


def in_closed_generator(look):
    def generate():
        try:
            yield
        finally:
            look()

    generator = generate()
    next(generator)
    generator.close()


def in_iteration_of_dict(look):
    for key in {"a": [], "b": []}:
        if key == "b":
            look()


def in_thread(look):
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()


def in_trace_function(look):
    def trace(frame, event, argument):
        sys.settrace(None)
        look()

    sys.settrace(trace)
    (lambda: None)()
    sys.settrace(None)


def in_profile_function(look):
    def profile(frame, event, argument):
        sys.setprofile(None)
        look()

    sys.setprofile(profile)
    (lambda: None)()
    sys.setprofile(None)


def in_signal_handler(look):
    before = signal.signal(signal.SIGUSR1, lambda number, frame: look())
    signal.raise_signal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


def in_task(look):
    async def run():
        await asyncio.gather(*[asyncio.sleep(0) for _ in range(3)])
        look()

    asyncio.run(run())


def in_context(look):
    contextvars.copy_context().run(look)


def in_exception(look):
    try:
        raise ValueError([look])
    except ValueError:
        look()


def in_deep_recursion(look, depth=200):
    in_deep_recursion(look, depth - 1) if depth else look()


def in_making_of_class(look):
    class Made(type):
        def __new__(meta, name, bases, names):
            look()
            return super().__new__(meta, name, bases, names)

    Made("Class", (), {"attribute": [look]})


def with_frozen_objects(look):
    gc.freeze()
    look()
    gc.unfreeze()


MOMENTS = [value for name, value in globals().items() if name.startswith(("in_", "with_"))] + [lambda look: look()]


# --- the oracle ---


def reached(pool, known):
    """Objects of a world, and what they alone lead to."""
    found, seen = [], set(known)
    left = [pool]
    while left:
        obj = left.pop()
        if id(obj) not in seen:
            seen.add(id(obj))
            found.append(obj)
            left += gc.get_referents(obj)
    return found


class Look:
    """At a world, at one moment: what Python says of it, and what a capture does."""

    def __init__(self, pool, known):
        self.pool = pool
        self.known = known
        self.graph = None

    def __call__(self):
        if self.graph is not None:
            return
        gc_was_enabled = gc.isenabled()
        gc.disable()
        self.objects = reached(self.pool, self.known)
        self.canary = [object()]
        self.objects.append(self.canary)
        self.not_compared = set(contract.running_frames()) | set(map(id, vars(self).values())) | {id(self), id(vars(self))}
        self.referents = [array("Q", map(id, gc.get_referents(obj))) for obj in self.objects]
        self.counts = array("Q", map(sys.getrefcount, self.objects))
        self.graph = refgraph.capture()
        self.counts_after = array("Q", map(sys.getrefcount, self.objects))
        if gc_was_enabled:
            gc.enable()

    def differences(self):
        """Lines of text."""
        graph = self.graph
        if self.counts != self.counts_after:
            yield "reference counts changed"
        extra = self.counts[-1] - graph.node(graph._find(self.canary))["refcount"]
        for obj, wanted, count in zip(self.objects, self.referents, self.counts):
            if id(obj) in self.not_compared:
                continue
            try:
                info = graph.node(graph._find(obj))
            except refgraph.NotFoundError:
                yield f"absent: {type(obj)}"
                continue
            if count < 2**30 and info["refcount"] + extra != count:
                yield f"refcount of {type(obj)}: {info['refcount']} + {extra}, not {count}"
            if info["counted"] > info["refcount"]:
                yield f"more references than count for {type(obj)}: {info['counted']} of {info['refcount']}"
            given = Counter(graph.node(edge["target"])["address"] for edge in graph.references(info["id"]))
            missing = Counter(wanted) - given
            if missing:
                yield f"{type(obj)} lacks {sum(missing.values())} of {len(wanted)} references"


def main(seconds=3600.0, first_world=0, num_worlds=sys.maxsize):
    # What becomes of objects of the zoo that are let go of.
    sys.unraisablehook = lambda raised: None
    warnings.simplefilter("ignore")
    logging.disable()
    deadline = time.monotonic() + float(seconds)
    kept = contract.find_all()
    known = set(map(id, kept))
    num_made = num_compared = 0
    while time.monotonic() < deadline and num_made < num_worlds:
        seed = int(first_world) + num_made
        moment = MOMENTS[seed % len(MOMENTS)]
        look = Look(make_world(seed), known)
        moment(look)
        for difference in look.differences():
            print(f"world {seed}, {moment.__name__}: {difference}", flush=True)
        num_compared += len(look.objects)
        num_made += 1
    print(num_made, "worlds", num_compared, "objects")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
