"""For every live object of an interpreter that imported a good part of the standard library: what sys.getsizeof() says,
and what a capture says. Prints how many objects were compared, and each that differs."""

import gc
import sys

import contract
import refgraph
from support import running_frames


def is_asked(cls):
    """Whether the size is told by C: a capture calls no __sizeof__ that is written in Python."""
    (first, *_) = [base.__dict__["__sizeof__"] for base in cls.__mro__ if "__sizeof__" in base.__dict__]
    return type(first) is type(dict.__sizeof__)


def main():
    contract.import_standard_library()
    odd = contract.make_odd_objects()
    gc.collect()
    gc.disable()
    objects = [obj for obj in contract.find_all() if is_asked(type(obj))]
    sizes = [sys.getsizeof(obj) for obj in objects]
    graph, ids, _ = refgraph.Graph._capture(objects)
    changing = set(map(id, running_frames()))
    num_compared = 0
    for obj, node, size in zip(objects, ids, sizes):
        if id(obj) in changing:
            continue
        num_compared += 1
        if graph.node(node)["size"] != size:
            print("size", graph.node(node)["size"], "instead of", size, type(obj), ascii(obj)[:100])
    print(num_compared, "compared", len(odd), "odd")


if __name__ == "__main__":
    main()
