"""An event dispatcher lives as long as the program, and so does every listener that nobody removes.

The mend: whoever adds a listener removes it when its owner closes.
"""

import sys
import weakref

import refgraph


class Dispatcher:
    def __init__(self):
        self.listeners = {}

    def on(self, event, listener):
        self.listeners[event] = listener

    def off(self, event):
        del self.listeners[event]


class Panel:
    def __init__(self, dispatcher):
        self.log = bytearray(1_000_000)

        def on_tick():
            self.log.append(0)

        dispatcher.on("tick", on_tick)


folder = sys.argv[1] if len(sys.argv) > 1 else "."
dispatcher = Dispatcher()
witness = weakref.ref(Panel(dispatcher))
refgraph.why(witness(), filename=f"{folder}/event_dispatcher-before.png")
print("before: nobody uses the panel any more, and it is", "gone" if witness() is None else "alive")
dispatcher.off("tick")
refgraph.show_refs(dispatcher, filename=f"{folder}/event_dispatcher-after.png")
print("after its listener was removed: it is", "gone" if witness() is None else "alive")
