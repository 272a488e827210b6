"""Speed and size as ratios taken in one run: `make bench`, or run.py [NAME ...] [--objects N].

Each figure stands beside what it is compared with in the same process and on the same heap. Times are the least of
several rounds. objgraph's figures need the package objgraph; those of pictures need Graphviz's `dot`. `answers` holds
all answers against networkx, and takes minutes.
"""

import argparse
import contextlib
import gc
import io
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

import answers
import heap
import refgraph
from refgraph import _refgraph, testing
from refgraph import objgraph as module_of_ours

try:
    import objgraph
except ImportError:
    objgraph = None


def least(function, rounds=3):
    """The least time of a call, in seconds; what becomes of its result afterwards is not its time."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - begin)
        del result
    return min(times)


def report(what, ours, theirs, beside, target):
    print(f"{what:52} {ours * 1e3:9.1f} ms {theirs * 1e3:9.1f} ms   {ours / theirs:7.3f}   {beside}; target {target}")


def two_variables():
    class Screen:
        def __init__(self):
            self.title = "main window"
            self.pixels = bytearray(8_000_000)

    def make():
        screen, attempts = Screen(), 3

        def on_click():
            return screen, attempts

        return on_click

    return make()


def png_width(png):
    return struct.unpack(">I", png[16:20])[0]


def objgraph_picture(closure):
    """(nodes, width in pixels) of what objgraph and dot draw."""
    text = io.StringIO()
    objgraph.show_refs([closure], output=text)
    png = subprocess.run(["dot", "-Tpng"], input=text.getvalue().encode(), capture_output=True, check=True).stdout
    return len(re.findall(r"^ *\w+\[label=", text.getvalue(), re.MULTILINE)), png_width(png)


def bench_picture(_):
    closure = two_variables()
    drawing = refgraph.show_refs([closure])
    png = drawing.png()
    names = [edge["name"] for edge in drawing.edges if edge["kind"] == "captured"]
    print(f"two-variable closure: {len(drawing.nodes)} nodes, {png_width(png)} px, {len(png)} bytes, names {names};"
          " target at most 6 nodes, 1200 px, both names")
    if objgraph:
        nodes, width = objgraph_picture(closure)
        print(f"    objgraph: {nodes} nodes, {width} px")


def bench_refs(num_objects):
    def make():
        numbers = list(range(1_000_000))
        return lambda: numbers

    closure = make()
    for size in (0, num_objects):
        units = heap.build(size)
        seconds = least(lambda: refgraph.show_refs([closure]).dot, 5)
        print(f"show_refs of a captured list of 10^6, to DOT, heap of {size:>9,}: {seconds * 1e3:6.1f} ms; target 50 ms")
        del units


def bench_capture(num_objects):
    for aged in (False, True):
        units = heap.build(num_objects, aged)
        kind = "aged" if aged else "sequential"
        graph = refgraph.capture()
        num = graph.num_nodes
        del graph
        collect = least(gc.collect, 5)
        capture = least(refgraph.capture, 5)
        report(f"capture with names, {num:,} objects, {kind}", capture, collect, "gc.collect()", "3")
        del units


def bench_outline(num_objects):
    """How long the process stands still for who refers to whom, without names, and the memory that takes meanwhile."""
    for aged in (False, True):
        # A heap that grew up with the collector is the better case of it.
        gc.enable()
        units = heap.build(num_objects, aged)
        gc.disable()
        gc.collect()
        # In turn, so that both have the same company on the machine.
        rounds = [(least(gc.collect, 1), _refgraph.outline()) for _ in range(7)]
        collect = min(seconds for seconds, _ in rounds)
        outline = min((outline for _, outline in rounds), key=lambda outline: outline["pause_ns"])
        num, size = outline["objects"], outline["bytes"] / outline["objects"]
        report(f"outline, {num:,} objects, {'aged' if aged else 'sequential'}", outline["pause_ns"] / 1e9, collect,
               f"gc.collect(); {size:.1f} bytes an object, target 32", "0.45")
        del units


def bench_chains(num_objects):
    """Chains of references on which objgraph looks at a known number of objects, each with a pass over the heap."""
    if not objgraph:
        print("why beside objgraph: no objgraph here")
        return
    units = heap.build(num_objects)
    for num in (1, 2, 5, 50, 200, 1000):
        # The object itself and the dict of the module are looked at, too; a module stands for itself.
        keeper, give = heap.chain(max(num - 2, 0))
        sys.modules["keeper"] = keeper
        if num == 1:
            ours = least(lambda: refgraph.why(keeper))
            theirs = least(lambda: objgraph.find_backref_chain(keeper.__dict__, objgraph.is_proper_module), 2)
        else:
            ours = least(lambda: refgraph.why(give()))
            theirs = least(lambda: objgraph.find_backref_chain(give(), objgraph.is_proper_module, max_depth=2000), 1)
        target = "1" if num < 200 else "0.05"
        report(f"why, {num} looked at", ours, theirs, "objgraph.find_backref_chain", target)
        if num > 50:
            continue
        depth = min(num, 5)
        ours = least(lambda: refgraph.show_backrefs([give()], max_depth=depth).dot)
        theirs = least(lambda: objgraph.show_backrefs([give()], max_depth=depth, output=io.StringIO()), 1)
        report(f"show_backrefs, max_depth={depth}, to DOT", ours, theirs, "objgraph", "1")
    del sys.modules["keeper"], units


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def memory_of(function):
    """Bytes that a call takes at most, and those that its result keeps, beyond what was resident before."""
    before = resident_bytes()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the most resident bytes are counted from here on
    result = function()
    with open("/proc/self/status") as file:
        most = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))
    kept = resident_bytes() - before
    del result
    return most - before, kept


def bench_memory(num_objects):
    """What the calls that look at the whole heap take, an object."""
    units = heap.build(num_objects)
    num = refgraph.capture().num_nodes
    calls = [("why", lambda: refgraph.why(units[0].values)), ("capture with names", refgraph.capture)]
    for name, call in calls:
        rounds = [memory_of(call) for _ in range(3)]
        most, kept = (min(figures) / num for figures in zip(*rounds))
        print(f"memory of {name}, {num:,} objects: {most:.1f} bytes an object at most, its result {kept:.1f}")
    del units


# The kernel counts what a process was before it became another program: a small one starts it.
STARTER = """
import resource, subprocess, sys, time
begin = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def command(*arguments):
    """Seconds and the most resident bytes of a run of the command line."""
    printed = subprocess.check_output([sys.executable, "-c", STARTER, "refgraph", *arguments])
    seconds, most = printed.split()
    return float(seconds), int(most)


def fork_ms():
    """Milliseconds that a fork of this process takes, whatever is done with it."""
    begin = time.perf_counter()
    pid = os.fork()
    if not pid:
        os._exit(0)
    took = time.perf_counter() - begin
    os.waitpid(pid, 0)
    return took * 1e3


def bench_dump(num_objects):
    """Size, speed and memory of dumps; what asks one is the command line, in a process of its own."""
    for aged in (False, True):
        units = heap.build(num_objects, aged)
        kind = "aged" if aged else "sequential"
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "heap.rgd")
            collect = least(gc.collect, 3)
            results = []
            write = least(lambda: results.append(refgraph.dump(path, mode="gil")), 3)
            num = results[-1].objects
            read = least(lambda: refgraph.load(path), 3)
            report(f"dump, standing still, {num:,} objects, {kind}", write, collect, "gc.collect()", "6")
            report("    reading and checking it", read, write, "writing", "1")
            pairs = [(refgraph.dump(path, mode="fork").pause_ms, fork_ms()) for _ in range(5)]
            pause, fork = min(pause for pause, _ in pairs), min(fork for _, fork in pairs)
            resident = resident_bytes() / 1e9
            print(f"    by fork: pause {pause:.1f} ms, {pause / resident:.1f} ms a GB of {resident:.2f} GB, target 30;"
                  f" os.fork() {fork:.1f} ms, ratio {pause / fork:.2f}")
            size = os.path.getsize(path) / num
            refgraph.dump(path + "u", compress=False)
            raw = os.path.getsize(path + "u") / num
            print(f"    its size: {size:.2f} bytes an object, {raw:.2f} uncompressed; targets 8 and 48")
            picture = os.path.join(folder, "why.png")
            seconds, most = min(command("why", path, "closure:callback", "--limit", "1", "-o", picture) for _ in range(3))
            print(f"    refgraph why to a picture: {seconds:.2f} s, {most / num:.1f} bytes an object; targets 2 s and 64")
        del units


def bench_growth(num_objects):
    """Two dumps of a process, between which closures leaked, compared by the command line from start to answer."""
    for aged in (False, True):
        units = heap.build(num_objects, aged)
        kind = "aged" if aged else "sequential"
        with tempfile.TemporaryDirectory() as folder:
            old, new = os.path.join(folder, "old.rgd"), os.path.join(folder, "new.rgd")
            refgraph.dump(old, mode="gil")
            leaked = [two_variables() for _ in range(5)]
            num = refgraph.dump(new, mode="gil").objects
            seconds, most = min(command("diff", old, new) for _ in range(3))
            loading = min(command("verify", path)[0] for path in (old, new)) * 2
            print(f"diff of two dumps, {num:,} objects each, {kind}: {seconds:.2f} s, {loading:.2f} s of it reading,"
                  f" {most / num:.1f} bytes an object; target 5 s at 5,000,000")
        del units, leaked


class Session:
    def __init__(self):
        self.rows = bytearray(200)
        self.closed = True


def leak(listeners, num):
    for _ in range(num):
        session = Session()
        listeners.append(lambda session=session: session)


def bench_leaks(num_objects):
    """The report on one dump, and on a series of five, by the command line from start to text."""
    listeners = []
    for aged in (False, True):
        units = heap.build(num_objects, aged)
        kind = "aged" if aged else "sequential"
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, f"{i}.rgd") for i in range(5)]
            for path in paths:
                leak(listeners, 1_000)
                num = refgraph.dump(path, mode="gil").objects
            seconds, most = min(command("leaks", paths[-1]) for _ in range(3))
            loading = min(command("verify", paths[-1])[0] for _ in range(3))
            series, most_of_series = min(command("leaks", *paths) for _ in range(3))
            print(f"leaks, {num:,} objects, {kind}: {seconds:.2f} s of one dump, {loading:.2f} s of it reading,"
                  f" {most / num:.1f} bytes an object; {series:.2f} s of five dumps, {most_of_series / num:.1f} bytes;"
                  " targets 2 s at 1,000,000, 10 s at 5,000,000")
        del units


def make_garbage():
    """What tests leave to the collector: an exception that refers to the frame that has it."""
    cycle = [[] for _ in range(100)]
    try:
        raise ValueError(cycle)
    except ValueError as error:
        cycle.append(error)


def bench_rounds(num_objects):
    """What the mark no_closure_leaks costs a test that leaves nothing, and one that does: rounds and looks in between."""
    left = []
    for aged in (False, True):
        units = heap.build(num_objects, aged)
        num = len(gc.get_objects())
        clean = least(lambda: testing.leaks_of_rounds(lambda: [lambda: units], warmup=1, repeat=3))
        garbage = least(lambda: testing.leaks_of_rounds(make_garbage, warmup=1, repeat=3))
        leaking = least(lambda: testing.leaks_of_rounds(lambda: left.append(lambda: units), warmup=1, repeat=3))
        print(f"rounds, {num:,} objects, {'aged' if aged else 'sequential'}: {clean * 1000:.1f} ms where nothing is left,"
              f" {garbage * 1000:.1f} ms where garbage is, {leaking * 1000:.0f} ms with a report; target 50 ms at 100,000")
        del units


def bench_export(num_objects):
    """From a dump to files, the command line as a whole."""
    units = heap.build(num_objects, aged=True)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "heap.rgd")
        refgraph.dump(path, mode="gil")
        del units
        num = refgraph.load(path).num_nodes
        for ending, target in (("heapsnapshot", "3 s"), ("sqlite", "none"), ("csv", "none"), ("json", "none")):
            output = os.path.join(folder, f"heap.{ending}")
            with contextlib.suppress(subprocess.CalledProcessError):
                seconds, most = min(command("export", path, "-o", output) for _ in range(3))
                files = [os.path.join(folder, name) for name in os.listdir(folder) if name != "heap.rgd"]
                size = sum(os.path.getsize(name) for name in files)
                print(
                    f"export of {num:,} objects as {ending:12} {seconds:6.2f} s, {size / 1e6:6.0f} MB, "
                    f"{most / num:.0f} bytes of memory an object; target {target}"
                )
                for name in files:
                    os.unlink(name)


def bench_backrefs(num_objects):
    """Questions for which objgraph looks at a handful of objects, and at some hundred."""
    if not objgraph:
        print("why and show_backrefs beside objgraph: no objgraph here")
        return
    units = heap.build(num_objects)
    few, many = heap.holders(few=3), heap.holders(few=300)
    for name, (holder, obj), target in (("a handful", few, "3"), ("hundreds", many, "0.2")):
        ours = least(lambda: refgraph.show_backrefs([obj], max_depth=3, too_many=1000, max_nodes=1000).dot)
        theirs = least(lambda: objgraph.show_backrefs([obj], max_depth=3, too_many=1000, output=io.StringIO()), 1)
        report(f"show_backrefs, {name}, to DOT", ours, theirs, "objgraph", target)
        ours = least(lambda: refgraph.why(obj))
        theirs = least(lambda: objgraph.find_backref_chain(obj, objgraph.is_proper_module), 1)
        report(f"why, {name}", ours, theirs, "objgraph.find_backref_chain", target)
    del units, holder


def beside_objgraph(what, call, rounds=3, target="0.1"):
    """The same call of both modules, least of as many rounds."""
    ours = least(lambda: call(module_of_ours), rounds)
    theirs = least(lambda: call(objgraph), 1 if rounds < 3 else 2)
    report(what, ours, theirs, "objgraph", target)


def bench_objgraph(num_objects):
    """Calls of refgraph.objgraph, each beside the same call of objgraph; both collect garbage where objgraph does."""
    if not objgraph:
        print("refgraph.objgraph beside objgraph: no objgraph here (Debian: python3-objgraph)")
        return
    for aged in (False, True):
        units = heap.build(num_objects, aged)
        keeper, give = heap.chain(1000)
        sys.modules["keeper"] = keeper
        gc.collect()
        kind, num = "aged" if aged else "sequential", len(gc.get_objects())
        print(f"{kind}, {num:,} tracked objects, gc.collect() {least(gc.collect) * 1e3:.1f} ms")
        bench_objgraph_tables(units)
        bench_objgraph_chains(units, give)
        bench_objgraph_drawings(units)
        del sys.modules["keeper"], units, keeper, give


def bench_objgraph_tables(units):
    beside_objgraph("count", lambda module: module.count("Unit"))
    beside_objgraph("by_type, none found", lambda module: module.by_type("Holder"))
    beside_objgraph("by_type, many found", lambda module: module.by_type("Unit"))
    beside_objgraph("typestats", lambda module: module.typestats())
    beside_objgraph("typestats with a filter", lambda module: module.typestats(filter=callable), target="1")
    beside_objgraph("most_common_types", lambda module: module.most_common_types())
    beside_objgraph("growth", lambda module: module.growth(peak_stats={}), target="gc.collect()")
    beside_objgraph("get_new_ids", lambda module: module.get_new_ids(limit=0), target="gc.collect()")
    beside_objgraph("get_leaking_objects", lambda module: module.get_leaking_objects(), 1)
    beside_objgraph("at", lambda module: module.at(id(units)))
    beside_objgraph("at_addrs", lambda module: module.at_addrs({id(units)}))


def bench_objgraph_chains(units, give):
    first = units[0]
    # Few, since objgraph's time grows with the square of their number.
    rows = [[str(i)] for i in range(10_000)]
    beside_objgraph("find_ref_chain, 20,001 looked at", lambda module: module.find_ref_chain(rows, lambda obj: 0), 1)
    beside_objgraph("find_ref_chain, a step", lambda module: module.find_ref_chain([first], lambda obj: obj is first),
                    target="1")
    for num in (1, 2, 5, 9, 20, 50, 200):
        beside_objgraph(
            f"find_backref_chain, {num} looked at",
            lambda module: module.find_backref_chain(give(), lambda obj: False, max_depth=num - 1),
            1 if num > 50 else 3,
            "1" if num < 200 else "0.1",
        )


def bench_objgraph_drawings(units):
    for name, few in (("a handful", 3), ("hundreds", 100)):
        holder, obj = heap.holders(few)
        beside_objgraph(
            f"show_backrefs, {name} looked at",
            lambda module: module.show_backrefs([obj], max_depth=3, too_many=1000, output=io.StringIO()),
            1 if few > 3 else 3,
            "1" if few == 3 else "0.1",
        )
        del holder, obj
    for num in (1, 200):
        beside_objgraph(
            f"show_refs of {num}",
            lambda module: module.show_refs(units[:num], max_depth=1, output=io.StringIO()),
            target="1; gc.collect() and text",
        )


def bench_png(_):
    """A picture of some 50 boxes, drawn by us and by `dot` from the same DOT."""
    app = heap.picture()
    drawing = refgraph.show_refs([app], max_depth=4, max_nodes=60)
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "picture.dot")
        drawing.save(source)
        ours = least(drawing.png, 7)
        theirs = least(lambda: subprocess.run(["dot", "-Tpng", "-o", source + ".png", source], check=True), 7)
        size, their_size = len(drawing.png()), os.path.getsize(source + ".png")
    report(f"PNG, {repr(drawing).split(':')[1].strip()}", ours, theirs, "dot -Tpng", "1")
    print(f"{'    its size':52} {size:9,} B  {their_size:9,} B    {size / their_size:7.3f}   target 0.5")


def bench_analysis(num_objects):
    """Made-up heaps of several sizes, and a heap of this process; the program that measures prints its figures."""
    program = os.path.join("tests", "bench", "analysis")
    sizes = sorted({size for size in (100_000, 1_000_000) if size < num_objects} | {num_objects})
    for size in sizes:
        for order in ("sequential", "shuffled"):
            subprocess.run([program, str(size), order], check=True)
    units = heap.build(min(num_objects, 5_000_000), aged=True)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "heap.rgd")
        refgraph.dump(path, mode="gil")
        del units
        subprocess.run([program, path], check=True)


def bench_answers(_):
    """Answers about this process; networkx says each in another way."""
    if not answers.networkx:
        print("answers: no networkx here (Debian: python3-networkx)")
        return
    units = heap.build(20_000, aged=True)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "heap.rgd")
        refgraph.dump(path, mode="gil")
        del units
        program = os.path.join("tests", "bench", "answers")
        printed = subprocess.run([program, path], check=True, stdout=subprocess.PIPE, text=True).stdout
    for what, num, num_different in answers.Answers(printed.splitlines()).differences():
        print(f"{what}: {num:,} answers, {num_different} of them not those of networkx", flush=True)


BENCHES = {
    "picture": bench_picture,
    "refs": bench_refs,
    "capture": bench_capture,
    "outline": bench_outline,
    "chains": bench_chains,
    "memory": bench_memory,
    "dump": bench_dump,
    "growth": bench_growth,
    "leaks": bench_leaks,
    "rounds": bench_rounds,
    "export": bench_export,
    "backrefs": bench_backrefs,
    "objgraph": bench_objgraph,
    "png": bench_png,
    "analysis": bench_analysis,
    "answers": bench_answers,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="what to measure (default: everything)")
    parser.add_argument("--objects", type=int, default=1_000_000, help="objects on the heap (default: 1000000)")
    options = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, refgraph {refgraph.__version__}: ours, theirs, ratio")
    gc.disable()
    with contextlib.suppress(BrokenPipeError):
        for name in options.names or BENCHES:
            BENCHES[name](options.objects)


if __name__ == "__main__":
    main()
