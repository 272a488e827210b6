#!/usr/bin/env python3
"""A service of eight threads is looked at, over and over, while it works: nothing may be left, and nobody may wait long.

    make soak SOAK='--captures 10000 --dumps 1000 --drawings 1000'

Prints what each kind of look did to the service: how long its requests took, beside the same without, and the memory
that was resident. Ends with status 1 if something grew or was left: memory by 1 % or more, a descriptor, a child, a
thread, a temporary file, a request that failed.
"""

import argparse
import array
import collections
import ctypes
import gc
import itertools
import os
import random
import statistics
import sys
import tempfile
import threading
import time

import refgraph

NUM_THREADS = 8


class Session:
    """What one request works on: closures, a cycle, text, bytes."""

    def __init__(self, number):
        pages = [bytearray(random.randrange(100, 4000)) for _ in range(10)]
        cycle = []
        cycle.append(cycle)
        self.index = {f"page {i} of {number}": page for i, page in enumerate(pages)}
        self.log = [str(i) * random.randrange(1, 20) for i in range(20)]
        self.on_close = lambda: (pages, cycle)


class Latencies:
    """How often which was met, to 50 µs, in memory that does not grow."""

    def __init__(self):
        self._counts = array.array("Q", bytes(8 * 20000))
        self.most = 0.0

    def add(self, seconds):
        self._counts[min(int(seconds * 20000), 19999)] += 1
        self.most = max(self.most, seconds)

    def __len__(self):
        return sum(self._counts)

    def below(self, part):
        """Milliseconds that so great a part of all did not exceed."""
        ranks = itertools.accumulate(self._counts)
        return next(i for i, rank in enumerate(ranks) if rank >= part * len(self)) / 20 + 0.05


class Service:
    """Threads that answer requests, one every few milliseconds each, and note how long each took from when it was due."""

    def __init__(self, num_kept):
        self._num_kept = num_kept
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self.errors = []
        self._latencies = Latencies()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(NUM_THREADS)]
        self.sessions = [collections.deque(maxlen=num_kept) for _ in self._threads]
        for thread in self._threads:
            thread.start()

    def _answer(self, sessions, number):
        with self._lock:
            sessions.append(Session(number))
        session = random.choice(sessions)
        session.index = dict(sorted(session.index.items()))
        return sum(map(len, session.on_close()[0]))

    def _work(self):
        sessions = self.sessions[self._threads.index(threading.current_thread())]
        number = 0
        try:
            while not self._is_over.is_set():
                pause = random.uniform(0.002, 0.006)
                due = time.perf_counter() + pause  # what waits for the interpreter waits in the latency, too
                time.sleep(pause)
                self._answer(sessions, number)
                self._latencies.add(time.perf_counter() - due)
                number += 1
        except BaseException as error:
            self.errors.append(error)

    def take_latencies(self):
        latencies, self._latencies = self._latencies, Latencies()
        return latencies

    def stop(self):
        self._is_over.set()
        for thread in self._threads:
            thread.join()


C_LIBRARY = ctypes.CDLL(None)


def resident():
    """Bytes, without what the collector would free and what malloc has free."""
    gc.collect()
    C_LIBRARY.malloc_trim(0)
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def left(folder):
    """What must be the same before and after."""
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        children = file.read().split()
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "children": len(children),
        "threads": len(os.listdir("/proc/self/task")),
        "temporary files": len([name for name in os.listdir(folder) if not name.startswith("kept.")]),
    }


def look(service, what, num, call):
    """Looks so many times. Returns resident memory in the first and in the last of five parts: medians."""
    sizes, seconds = [], 0
    service.take_latencies()
    for part in range(50):
        begin = time.perf_counter()
        for _ in range(num * part // 50, num * (part + 1) // 50):
            call()
        seconds += time.perf_counter() - begin
        sizes.append(resident())
    latencies = service.take_latencies()
    first, last = statistics.median(sizes[:10]), statistics.median(sizes[-10:])
    print(
        f"{what:<10} {num:>6} in {seconds:6.0f} s   requests {len(latencies):>7}, ms: p50 {latencies.below(0.5):6.2f}"
        f"  p99 {latencies.below(0.99):7.2f}  max {latencies.most * 1000:7.2f}   resident {first / 1e6:.1f} to {last / 1e6:.1f} MB, {last / first - 1:+.2%}",
        flush=True,
    )
    return first, last


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--captures", type=int, default=500)
    parser.add_argument("--dumps", type=int, default=50)
    parser.add_argument("--drawings", type=int, default=50)
    parser.add_argument("--sessions", type=int, default=20, help="kept by each thread")
    arguments = parser.parse_args()
    problems = []
    service = Service(arguments.sessions)
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        dump, picture = os.path.join(folder, "kept.rgd"), os.path.join(folder, "kept.svg")
        looks = (
            ("nothing", max(arguments.dumps // 4, 100), lambda: time.sleep(0.1)),
            ("captures", arguments.captures, refgraph.capture),
            ("dumps", arguments.dumps, lambda: refgraph.dump(dump, mode="fork")),
            ("drawings", arguments.drawings, lambda: refgraph.show_refs([service.sessions[0][-1].on_close], filename=picture)),
        )
        for _, num, call in looks:
            for _ in range(max(num // 10, 20)):  # caches of the interpreter, of malloc and of us have been filled then
                call()
        before, begin = left(folder), resident()
        for what, num, call in looks:
            first, last = look(service, what, num, call)
            if last > first * 1.01 and what != "nothing":
                problems.append(f"resident memory grew by {last / first - 1:.2%} while there were {what}")
        after, end = left(folder), resident()
        problems += [f"{what}: {before[what]} before, {after[what]} after" for what in before if after[what] != before[what]]
        service.stop()
        problems += map(repr, service.errors)
    print(f"from the begin to the end: resident {begin / 1e6:.1f} to {end / 1e6:.1f} MB; left: {after}")
    sys.exit("\n".join(problems) if problems else 0)


if __name__ == "__main__":
    main()
