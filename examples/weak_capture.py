"""A closure that only looks at a value captures a weak reference to it, and does not decide how long it lives.

The weak reference is drawn as a dashed arrow; it keeps nothing alive.
"""

import sys
import weakref

import refgraph


class Screen:
    def __init__(self):
        self.pixels = bytearray(8_000_000)


def strong_painter(screen):
    return lambda: len(screen.pixels)


def weak_painter(screen):
    screen = weakref.ref(screen)
    return lambda: len(screen().pixels) if screen() else "nothing to paint"


folder = sys.argv[1] if len(sys.argv) > 1 else "."
for when, make in ("before", strong_painter), ("after", weak_painter):
    screen = Screen()
    witness = weakref.ref(screen)
    paint = make(screen)
    refgraph.show_refs(paint, filename=f"{folder}/weak_capture-{when}.png")
    del screen
    print(f"{when}: the screen was let go, and is", "gone" if witness() is None else "alive", f"(paint: {paint()})")
refgraph.show_refs(paint, filename=f"{folder}/weak_capture-gone.png")
