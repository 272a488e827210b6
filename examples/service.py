"""A service that is looked at while it works: what grew since the round before, and where that was allocated.

Each request leaves a callback behind that waits for an answer which never comes. The second round shows it.
"""

import tracemalloc

tracemalloc.start()

import refgraph  # noqa: E402


class Service:
    def __init__(self):
        self.waiting = []
        self.num_answered = 0

    def handle(self, number):
        request = {"number": number, "body": bytearray(2_000)}
        if number % 10:
            self.num_answered += 1
        else:
            self.waiting.append(lambda answer: (request["number"], answer))


service = Service()
for round_ in range(3):
    with refgraph.watch() as watch:
        for number in range(1_000):
            service.handle(number)
    grown = watch.diff[0]
    print(f"round {round_ + 1}: {grown.gained / 1000:.0f} kB and {grown.growth} objects more at {grown.path}")

site = refgraph.capture().closures(limit=1)[0]
capture = site.captures[0]
print(f"{site.copies} closures hold {capture.name}, {capture.retained / 1000:.0f} kB, allocated at line", end=" ")
print(capture.allocated.rpartition(":")[2])
service.waiting.clear()
num_left = sum(site.file == __file__ for site in refgraph.capture().closures(limit=None))
print("the mend: what nobody waits for any more is dropped, and", num_left, "closures of this file are left")
