"""A call of refgraph with each call of the C library failing in turn, in this very process: it raises what is to be
expected, with a message of one line, and leaves reference counts, memory, descriptors, children, threads and files as
they were. Says what is not so.

    PYTHONMALLOC=malloc LD_PRELOAD=FAULTS.SO build/run python3 -S tests/faults/python.py CALL DUMP

The folder should be empty, and the heap small: what captures it does so hundreds of times.
"""

import ctypes
import gc
import os
import sys
import time

import refgraph
import support
from refgraph import objgraph

shim = ctypes.CDLL(None)
shim.fault_arm.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_int, ctypes.c_int]
shim.fault_disarm.restype = shim.fault_num_live.restype = ctypes.c_long
OLD = b"what was there before"


# --- what is called ---------------------------------------------------------------------------------------------------


class Screen:
    def __init__(self):
        self.pixels = bytearray(5000)
        self.closed = True


def make(screen, names):
    def on_click():
        return screen, names

    return on_click


handlers = [make(Screen(), ["a", "b"]) for _ in range(3)]
watched = [handlers, handlers[0], handlers[0].__closure__[0], Screen, make, gc, globals()]
heap = os.path.abspath(sys.argv[2])
graph = refgraph.load(heap)


def ask(graph):
    """What a graph answers, as text."""
    id = graph.find("closure")[0]
    drawing = graph.why_closures()
    return repr([
        graph.types(retained=True).text, graph.closures().json(), graph.dominators().text, graph.retained(id=id),
        graph.cut(id=id).text, graph.paths(id=id).json(), graph.cycles().text, graph.diff(graph).text,
        graph.node(id), graph.site(id), graph.references(id), graph.referrers(id), graph.process, graph.losses,
        drawing.text, drawing.json(), drawing.nodes, drawing.edges, graph.backrefs(id=id).text,
    ])  # fmt: skip


def ask_objgraph():
    chain = objgraph.find_backref_chain(handlers[0], objgraph.is_proper_module)
    return repr([objgraph.count("on_click"), len(objgraph.by_type("Screen")), len(chain)])


# Each with the file that it writes, if there is one. A text that is returned must be the same each time.
CALLS = {
    "tables": (None, lambda path: ask(graph)),
    "objgraph": (None, lambda path: ask_objgraph()),
    "show_refs": ("a.png", lambda path: refgraph.show_refs(handlers, filename=path)),
    "why": ("a.svg", lambda path: refgraph.why(handlers[0], filename=path)),
    "capture": (None, lambda path: refgraph.capture().closures()),
    "leaks": (None, lambda path: [refgraph.leaks().text]),
    "dump by fork": ("a.rgd", lambda path: refgraph.dump(path, mode="fork")),
    "dump in place": ("a.rgd", lambda path: refgraph.dump(path, mode="gil")),
    "dump that nobody waits for": ("a.rgd", lambda path: refgraph.dump(path, wait=False).wait()),
    "load": (None, lambda path: refgraph.load(heap)),
    "export": ("a.heapsnapshot", lambda path: graph.export(path)),
}
output, function = CALLS[sys.argv[1]]


# --- what it leaves ---------------------------------------------------------------------------------------------------


def write_old():
    if output:
        with open(output, "wb") as file:
            file.write(OLD)


def read_output():
    with open(output, "rb") as file:
        return file.read()


def is_whole(content):
    if output.endswith(".rgd"):
        return not refgraph.load(output).truncated
    return content.rstrip().endswith((b"</svg>", b"}", b"IEND\xaeB`\x82"))


def num_threads():
    """One that has ended may take a moment to be gone."""
    for _ in range(1000):
        if len(os.listdir("/proc/self/task")) == 1:
            break
        time.sleep(0.001)
    return len(os.listdir("/proc/self/task"))


def has_children():
    """Those of a clone without a signal, too: __WALL."""
    try:
        return os.waitpid(-1, os.WNOHANG | 0x40000000) is not None
    except ChildProcessError:
        return False


def state():
    return {
        "references": [sys.getrefcount(item) for item in watched],
        "the collector": (gc.isenabled(), gc.get_threshold(), gc.get_debug()),
        "threads": num_threads(),
        "children": has_children(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "files": sorted(os.listdir(".")),
    }


# --- failing ----------------------------------------------------------------------------------------------------------


def disarm():
    """How many calls have failed; this one may be the one that gets no memory."""
    while True:
        try:
            return shim.fault_disarm()
        except MemoryError:
            pass


def attempt(call, number, reason, goes_on):
    """What was returned or raised, and how many calls had failed."""
    name, result, error = call.encode(), None, None
    try:
        shim.fault_arm(name, number, reason, goes_on)
        result = function(output)
    except BaseException as raised:
        error = raised
    num_failed = disarm()
    if error is not None:
        error.__traceback__ = error.__context__ = None
    return result, error, num_failed


def problems_of(result, error, reason):
    if error is not None and not isinstance(error, (MemoryError, OSError, refgraph.Error)):
        yield f"raises {error!r}"
    if error is not None and "\n" in str(error):
        yield f"says {str(error)!r}"
    if error is not None and reason in support.HARMLESS:
        yield f"raises {error!r}"
    if error is None and isinstance(result, str) and result != expected:
        yield "answers something else, and nothing was raised"
    content = read_output() if output else OLD
    if content != OLD and not is_whole(content):
        yield "the file is neither the old nor a whole new one"
    if output and content == OLD and error is None:
        yield "the file is the old one, and nothing was raised"


def num_live():
    gc.collect()
    return shim.fault_num_live()


def leaves_memory(*fault):
    """Whether there are more blocks after each time: what is kept for the next time is there once."""
    for _ in range(5):
        before = num_live()
        attempt(*fault)
        if num_live() <= before:
            return False
    return True


def problems_with(*fault):
    """What is wrong with one fault; None once there was no call that could fail."""
    write_old()
    before = state()
    result, error, num_failed = attempt(*fault)
    if not num_failed:
        return None
    found = list(problems_of(result, error, fault[2]))
    result = error = None
    after = state()
    found += [f"{what}: {before[what]}, then {after[what]}" for what in before if before[what] != after[what]]
    if leaves_memory(*fault):
        found.append("memory is left")
    return found


def problems():
    for call, reason, goes_on in support.FAULTS:
        if call == "malloc":
            continue  # CPython does not survive each: an iterator of a dict, a function of 3.12 and 3.13
        for number in support.numbers(pace=1):
            found = problems_with(call, number, reason, goes_on)
            if found is None:
                break
            for problem in found:
                yield f"{support.describe(call, number, reason, goes_on)}: {problem}"


# What is made once, and kept.
for _ in range(3):
    write_old()
    expected = function(output)
gc.freeze()  # so that a collection takes no time
found = list(problems())
print("\n".join(found))
sys.exit(bool(found))
