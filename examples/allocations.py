"""Where was it allocated, and who keeps it? tracemalloc alone answers the first question; a table beside it the second.

A shop remembers the orders of a day, although it needs their sums alone: the callback of each order captures all of it.
"""

import tracemalloc

tracemalloc.start()  # before what is to be found

import refgraph  # noqa: E402


class Order:
    def __init__(self, number):
        self.number = number
        self.lines = bytearray(10_000)


class Shop:
    def __init__(self):
        self.at_closing_time = []

    def take(self, number):
        order = Order(number)
        self.at_closing_time.append(lambda: order.number)


shop = Shop()
for number in range(500):
    shop.take(number)

print("tracemalloc alone names the lines that allocated most, not who keeps it:")
for statistic in tracemalloc.take_snapshot().statistics("lineno")[:3]:
    frame = statistic.traceback[0]
    file = frame.filename.rpartition("/")[2]
    print(f"  {statistic.size / 1e6:5.1f} MB in {statistic.count} blocks, {file}:{frame.lineno}")

table = refgraph.by_allocation(limit=None)
print("\nand with the closures that capture what was allocated there:")
for line in table:
    for closure in line.closures:
        if closure.file == __file__:
            print(f"  {closure.qualname} captures {closure.name}, {closure.values} times,", end=" ")
            print(f"allocated at line {line.line}: {closure.retained / 1e6:.1f} MB")

site = refgraph.capture().closures(limit=1)[0]
print(f"\nwho holds them: {site.holders[0].path}; and of `order` the code uses only .{site.captures[0].attributes[0]}")
