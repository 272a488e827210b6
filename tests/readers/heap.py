"""Dumps for tests/export.sh: heap.py OLD NEW writes a dump, makes seven screens more, and writes another."""

import gc
import sys
import weakref

import refgraph


class Screen:
    def __init__(self):
        self.title = "main window"
        self.pixels = bytearray(1_000_000)


class Garbage:
    pass


def make(screen):
    def on_click():
        return screen

    return on_click


gc.disable()
handlers = [make(Screen()) for _ in range(20)]
watched = [weakref.ref(handler()) for handler in handlers]
for _ in range(3):
    garbage = Garbage()
    garbage.itself, garbage.handlers = garbage, handlers
    del garbage
refgraph.dump(sys.argv[1])
handlers += [make(Screen()) for _ in range(7)]
refgraph.dump(sys.argv[2])
