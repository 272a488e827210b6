"""A cycle through a closure: the job holds its callback, and the callback captures the job.

No variable refers to the job any more, but each of the two keeps the other, until the garbage collector comes by.
"""

import gc
import sys
import weakref

import refgraph


class Job:
    def __init__(self):
        self.data = bytearray(8_000_000)

        def on_done():
            self.data.clear()

        self.on_done = on_done


gc.disable()  # so that it comes when this example says so
folder = sys.argv[1] if len(sys.argv) > 1 else "."
job = Job()
witness = weakref.ref(job)
del job
refgraph.show_refs(witness, filename=f"{folder}/cycle-before.png")
print("before: no variable holds the job, and it is", "gone" if witness() is None else "alive")

gc.collect()
refgraph.show_refs(witness, filename=f"{folder}/cycle-after.png")
print("after gc.collect(): it is", "gone" if witness() is None else "alive")
