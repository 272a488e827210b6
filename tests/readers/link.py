"""Whether networkx reads what we wrote: link.py HEAP.json NODES.csv EDGES.csv"""

import csv
import json
import sys

import networkx

with open(sys.argv[1], encoding="utf-8") as file:
    graph = networkx.node_link_graph(json.load(file))
with open(sys.argv[2], encoding="utf-8", newline="") as file:
    nodes = list(csv.DictReader(file))
with open(sys.argv[3], encoding="utf-8", newline="") as file:
    edges = sorted((int(edge["src"]), int(edge["dst"]), edge["kind"]) for edge in csv.DictReader(file))

assert graph.is_directed() and graph.is_multigraph()
assert [(id, graph.nodes[id]["type"]) for id in graph] == [(int(node["id"]), node["type"]) for node in nodes]
assert sorted(graph.edges(data="kind")) == edges
