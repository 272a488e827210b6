"""A recursive inner function, a cycle with itself that the collector frees."""

tree = {f"folder{i}": {f"file{j}": j for j in range(20)} for i in range(20)}


def total_size(tree):
    sizes = {}

    def measure(path, node):
        is_folder = isinstance(node, dict)
        sizes[path] = sum([measure(f"{path}/{name}", node[name]) for name in node]) if is_folder else node
        return sizes[path]

    return measure("", tree)


def step():
    total_size(tree)
