"""A recursive inner function: it captures itself, so that each call of the outer function leaves a cycle that has the
results of the call in it. No leak while the collector runs; a server that turned it off grows with each request."""

tree = {f"folder{i}": {f"file{j}": j for j in range(20)} for i in range(20)}


def measure_tree(tree):
    sizes = {}

    def measure(path, node):  # leaks here
        is_folder = isinstance(node, dict)
        sizes[path] = sum([measure(f"{path}/{name}", node[name]) for name in node]) if is_folder else node
        return sizes[path]

    return measure("", tree)


def measure_tree_and_cut(tree):
    sizes = {}

    def measure(path, node):
        is_folder = isinstance(node, dict)
        sizes[path] = sum([measure(f"{path}/{name}", node[name]) for name in node]) if is_folder else node
        return sizes[path]

    try:
        return measure("", tree)
    finally:
        measure = None


def measure_tree_and_release(tree):
    sizes = {}

    def measure(path, node):
        is_folder = isinstance(node, dict)
        sizes[path] = sum([measure(f"{path}/{name}", node[name]) for name in node]) if is_folder else node
        return sizes[path]

    try:
        return measure("", tree)
    finally:
        sizes = None


def step(measure_tree=measure_tree):
    measure_tree(tree)


COLLECTOR = False
LEAK = dict(
    site="measure_tree.<locals>.measure",
    variable="measure",
    holder="cycle",
    mends={"cycle": lambda: step(measure_tree_and_cut), "release": lambda: step(measure_tree_and_release)},
)
