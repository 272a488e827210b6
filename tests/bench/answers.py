"""Holds what the analyses say of a graph against networkx, which says it in another way and takes its time.

It reads the lines that the program `answers` prints.
"""

import collections

try:
    import networkx
except ImportError:
    networkx = None

ROOT, NONE = 0, 2**32 - 1
MOST_PATHS, MOST_CUT = 10, 32
FOREVER = 10**9  # more references than any cut has


class Answers:
    def __init__(self, lines):
        self.strong, self.in_cycles = networkx.DiGraph(), networkx.DiGraph()
        self.sizes, self.retained, self.dominators = [], [], []
        self.cycles, self.disjoint, self.cuts, self.sets = set(), {}, {}, []
        self.edges, self.num_between = [], collections.Counter()
        for line in lines:
            word, *numbers = line.split()
            getattr(self, f"read_{word}")(*map(int, numbers))

    def read_node(self, _, size, retained, dominator):
        self.sizes.append(size)
        self.retained.append(retained)
        self.dominators.append(dominator)

    def read_edge(self, source, target, is_strong, is_in_cycles, is_editable):
        self.edges.append((source, target))
        if is_strong:
            # Between two nodes there may be several references, of which some can be cut.
            self.num_between[source, target] += 1
            before = self.strong.get_edge_data(source, target, {"capacity": 0})["capacity"]
            self.strong.add_edge(source, target, capacity=before + (1 if is_editable else FOREVER))
        if is_in_cycles:
            self.in_cycles.add_edge(source, target)

    def read_cycle(self, *nodes):
        self.cycles.add(frozenset(nodes))

    def read_disjoint(self, node, num):
        self.disjoint[node] = num

    def read_cut(self, node, size, *edges):
        self.cuts[node] = size, edges

    def read_set(self, size, *nodes):
        self.sets.append((size, nodes))

    def find_dominators(self):
        found = networkx.immediate_dominators(self.strong, ROOT)
        dominators = [NONE] * len(self.sizes)
        for node in found.keys() - {ROOT}:
            dominators[node] = found[node]
        return dominators

    def find_retained(self):
        retained = list(self.sizes)
        tree = networkx.DiGraph(
            (dominator, node) for node, dominator in enumerate(self.find_dominators()) if dominator != NONE
        )
        for dominator, node in reversed(list(networkx.dfs_edges(tree, ROOT))):
            retained[dominator] += retained[node]
        return retained

    def find_cycles(self):
        components = networkx.strongly_connected_components(self.in_cycles)
        return {frozenset(nodes) for nodes in components if len(nodes) > 1 or self.in_cycles.has_edge(*2 * tuple(nodes))}

    def size_without(self, graph, nodes=()):
        """Bytes that no path reaches any more, of those that one did, and of some nodes."""
        before = {ROOT} | networkx.descendants(self.strong, ROOT)
        after = {ROOT} | networkx.descendants(graph, ROOT)
        return sum(self.sizes[node] for node in (before | set(nodes)) - after)

    def find_disjoint(self, node):
        if not networkx.has_path(self.strong, ROOT, node):
            return 0
        # An edge from the root is a path of its own, which networkx does not count.
        graph, is_root = self.strong.copy(), self.strong.has_edge(ROOT, node)
        if is_root:
            graph.remove_edge(ROOT, node)
        if not networkx.has_path(graph, ROOT, node):
            return int(is_root)
        return min(MOST_PATHS, is_root + len(list(networkx.node_disjoint_paths(graph, ROOT, node, cutoff=MOST_PATHS))))

    def num_to_cut(self, node):
        if not networkx.has_path(self.strong, ROOT, node):
            return 0
        num = networkx.maximum_flow_value(self.strong, ROOT, node)
        return num if num <= MOST_CUT else 0

    def size_of_cut(self, node):
        cut = collections.Counter(self.edges[edge] for edge in self.cuts[node][1])
        graph = self.strong.copy()
        graph.remove_edges_from(edge for edge, num in cut.items() if num == self.num_between[edge])
        return self.size_without(graph)

    def find_set(self, nodes):
        graph = self.strong.copy()
        graph.remove_nodes_from(nodes)
        return self.size_without(graph, nodes)

    def differences(self):
        """(analysis, answers, those that differ) of each analysis."""
        yield "dominators", len(self.sizes), count(self.dominators, self.find_dominators())
        yield "retained sizes", len(self.sizes), count(self.retained[1:], self.find_retained()[1:])
        yield "cycles", len(self.cycles), len(self.cycles ^ self.find_cycles())
        yield "disjoint paths", *compare(self.disjoint, self.find_disjoint)
        yield "cuts", *compare({node: len(edges) for node, (_, edges) in self.cuts.items()}, self.num_to_cut)
        yield "what cuts free", *compare({node: size for node, (size, _) in self.cuts.items()}, self.size_of_cut)
        yield "retained by sets", *compare({nodes: size for size, nodes in self.sets}, self.find_set)


def count(ours, theirs):
    return sum(our != their for our, their in zip(ours, theirs, strict=True))


def compare(ours, find):
    return len(ours), sum(find(question) != answer for question, answer in ours.items())
