"""A closure that needs one attribute captures the whole object, unless the attribute gets a name of its own.

The mend is one line: bind the attribute before the function, not the object.
"""

import sys
import weakref

import refgraph


class Screen:
    def __init__(self, title):
        self.title = title
        self.pixels = bytearray(8_000_000)


def greeter_of_screen(screen):
    return lambda: f"welcome to {screen.title}"


def greeter_of_title(screen):
    title = screen.title
    return lambda: f"welcome to {title}"


folder = sys.argv[1] if len(sys.argv) > 1 else "."
for when, make in ("before", greeter_of_screen), ("after", greeter_of_title):
    screen = Screen("main window")
    witness = weakref.ref(screen)
    greet = make(screen)
    del screen
    refgraph.show_refs(greet, filename=f"{folder}/capture_less-{when}.png")
    print(f"{when}: {greet()!r}, and the screen is", "gone" if witness() is None else "alive")
