"""A closure leak: a screen was closed long ago, but a listener that captured it is still registered.

Writes refs.png, what the listener keeps, and why.png, who keeps the listener.
"""

import sys
import weakref

import refgraph

listeners = {"click": []}


class Screen:
    def __init__(self, title):
        self.title = title
        self.pixels = bytearray(8_000_000)


def make():
    screen = Screen("main window")
    attempts = 3

    def on_click():
        return f"{screen.title}: {attempts} attempts left"

    listeners["click"].append(on_click)
    return screen


folder = sys.argv[1] if len(sys.argv) > 1 else "."
screen = make()
witness = weakref.ref(screen)
del screen
refgraph.show_refs(listeners["click"][0], filename=f"{folder}/refs.png")
print("refs.png: the listener on_click captures `attempts` and `screen`, and with the screen 8 MB of pixels")
refgraph.why(listeners["click"][0], filename=f"{folder}/why.png")
print("why.png: listeners['click'] keeps on_click, and the closed screen is", "gone" if witness() is None else "alive")
listeners["click"].clear()
print("the mend: when its listener is removed, the screen is", "gone" if witness() is None else "alive")
