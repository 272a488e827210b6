"""Exports, read back by readers that know nothing of us: the modules json, csv and sqlite3."""

import json
import os
import stat
import tempfile
import unittest
import weakref

import refgraph
import support

SECRET = "hunter2"

# Names that formats might stumble over; a graph shows what cannot be seen as escapes.
HOSTILE = {
    "quote": 'say "no"',
    "apostrophe": "it's",
    "backslash": "a\\b",
    "comma": "a,b;c",
    "formula": "=1+1",
    "command": '=cmd|"/c calc"!A1',
    "plus": "+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "tab": "\t=1",
    "lines": "a\r\nb",
    "nul": "a\0b",
    "surrogate": "a\udc80b",
    "astral": "a\U0001f40db",
    "markup": "</script><b>&amp;",
    "sql": "'); DROP TABLE objects; --",
    "percent": "%d%s%n",
    "long": "x" * 5000,
}


class Screen:
    def __init__(self):
        self.pixels = bytearray(10000)


def make(screen):
    def on_click():
        return screen

    return on_click


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def export(self, graph, name, **options):
        graph.export(self.path(name), **options)
        return self.path(name)


def read_snapshot(path):
    """(type, name, self size, edges) of each node of a heap snapshot; an edge is (type, name or number, node)."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    meta, strings = document["snapshot"]["meta"], document["strings"]
    width = len(meta["node_fields"])
    numbers, edge_numbers = document["nodes"], iter(document["edges"])
    nodes = []
    for begin in range(0, len(numbers), width):
        node = dict(zip(meta["node_fields"], numbers[begin : begin + width]))
        edges = []
        for _ in range(node["edge_count"]):
            kind, name, target = next(edge_numbers), next(edge_numbers), next(edge_numbers)
            kind = meta["edge_types"][0][kind]
            edges.append((kind, name if kind in ("element", "hidden") else strings[name], target // width))
        kind = meta["node_types"][0][node["type"]]
        nodes.append((kind, strings[node["name"]], node["self_size"], edges))
    assert next(edge_numbers, None) is None
    return document, nodes


class HeapSnapshot(Folder):
    def find(self, nodes, name):
        (found,) = [node for node in nodes if node[1] == name]
        return found

    def test_counts_are_exact_and_numbers_fit_32_bits(self):
        document, nodes = read_snapshot(self.export(refgraph.capture(), "heap.heapsnapshot"))
        self.assertEqual(document["snapshot"]["node_count"], len(nodes))
        self.assertEqual(document["snapshot"]["edge_count"] * 3, len(document["edges"]))
        for numbers in document["nodes"], document["edges"]:
            self.assertTrue(all(type(number) is int and 0 <= number < 2**32 for number in numbers))

    def test_the_arrays_come_in_the_order_in_which_the_reader_looks_for_them(self):
        document, _ = read_snapshot(self.export(refgraph.capture(), "heap.heapsnapshot"))
        self.assertEqual(
            list(document),
            ["snapshot", "nodes", "edges", "trace_function_infos", "trace_tree", "samples", "locations", "strings"],
        )

    def test_ids_are_odd_and_no_two_are_the_same(self):
        document, nodes = read_snapshot(self.export(refgraph.capture(), "heap.heapsnapshot"))
        ids = document["nodes"][2::7]
        self.assertEqual(len(set(ids)), len(nodes))
        self.assertTrue(all(id % 2 for id in ids))

    def test_a_captured_variable_is_one_of_the_context_under_its_name(self):
        closure = make(Screen())
        _, nodes = read_snapshot(self.export(refgraph.capture(), "heap.heapsnapshot"))
        (function,) = [node for node in nodes if node[0] == "closure" and "make.<locals>.on_click" in node[1]]
        self.assertRegex(function[1], r"test_export\.py:\d+$")
        cells = [nodes[target] for kind, _, target in function[3] if nodes[target][1] == "tuple"]
        captured = [edge for node in [function, *cells] for edge in node[3] if edge[0] == "context"]
        self.assertEqual([name for _, name, _ in captured], ["screen"])
        del closure

    def test_an_object_is_in_the_class_of_its_type_with_the_module(self):
        screen = Screen()
        _, nodes = read_snapshot(self.export(refgraph.capture(), "heap.heapsnapshot"))
        kind, _, size, edges = self.find(nodes, f"{__name__}.Screen")
        self.assertEqual(kind, "object")
        names = [name for node in [edges, *(nodes[target][3] for _, _, target in edges)] for _, name, _ in node]
        self.assertIn("pixels", names)
        del screen

    def test_a_weak_reference_is_a_weak_edge(self):
        screen = Screen()
        reference = weakref.ref(screen)
        _, nodes = read_snapshot(self.export(refgraph.capture(), "heap.heapsnapshot"))
        kinds = {kind for node in nodes for kind, _, target in node[3] if nodes[target][1] == f"{__name__}.Screen"}
        self.assertIn("weak", kinds)
        del screen, reference

    def test_a_name_that_devtools_gives_a_meaning_of_its_own_is_qualified(self):
        things = [type("Object", (), {"__module__": module})() for module in ("builtins", "app")]
        _, nodes = read_snapshot(self.export(refgraph.capture(), "heap.heapsnapshot"))
        self.assertEqual(len([node for node in nodes if node[1] == "builtins.Object"]), 1)
        self.assertEqual(len([node for node in nodes if node[1] == "app.Object"]), 1)
        self.assertEqual([node for node in nodes if node[1] == "Object"], [])
        del things

    def test_hostile_names_are_read_back(self):
        holder = support.thing("Hostile")
        for key, name in HOSTILE.items():
            setattr(holder, name, None)
        graph = refgraph.capture()
        (id,) = graph.find("type:Hostile")
        shown = {edge["name"] for edge in graph.refs(id=id, max_depth=1, too_many=100).edges}
        _, nodes = read_snapshot(self.export(graph, "heap.heapsnapshot", values=True))
        read = {name for node in nodes for kind, name, _ in node[3] if kind == "property"}
        self.assertGreater(len(shown), 15)
        self.assertLessEqual(shown, read)


class Files(Folder):
    def test_the_format_may_be_given_by_its_word(self):
        read_snapshot(self.export(refgraph.capture(), "heap", format="heapsnapshot"))

    def test_a_file_is_for_its_owner_alone_and_nothing_else_is_left(self):
        path = self.export(refgraph.capture(), "heap.heapsnapshot")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(os.listdir(self.folder), ["heap.heapsnapshot"])

    def test_a_path_like_object_will_do(self):
        class Path:
            def __fspath__(self):
                return path

        path = self.path("heap.heapsnapshot")
        refgraph.capture().export(Path())
        self.assertTrue(os.path.exists(path))

    def test_an_unknown_end_of_the_name_is_told_with_those_that_work(self):
        with self.assertRaisesRegex(refgraph.ArgumentError, r"'.*heap\.xls'; names that work end in \.heapsnapshot"):
            refgraph.capture().export(self.path("heap.xls"))

    def test_an_unknown_format_is_told_with_those_there_are(self):
        with self.assertRaisesRegex(ValueError, "unknown format 'xls'; it is heapsnapshot"):
            refgraph.capture().export(self.path("heap"), "xls")

    def test_a_folder_that_is_not_there_is_an_os_error(self):
        with self.assertRaises(OSError):
            refgraph.capture().export(self.path("nowhere/heap.heapsnapshot"))
        self.assertEqual(os.listdir(self.folder), [])

    def test_progress_is_told_and_an_exception_of_it_stops_the_export(self):
        told = []
        graph = refgraph.capture()
        graph.export(self.path("heap.heapsnapshot"), progress=lambda *arguments: told.append(arguments))
        for phase, done, total in told:
            self.assertEqual((phase, done <= total), ("exporting", True))

        def stop(phase, done, total):
            raise KeyError("enough")

        with self.assertRaises(KeyError):
            graph.export(self.path("other.heapsnapshot"), progress=stop)
        self.assertEqual(os.listdir(self.folder), ["heap.heapsnapshot"])


class Privacy(Folder):
    """Text that came from outside the program is only written when asked for."""

    formats = ["heap.heapsnapshot"]

    def setUp(self):
        super().setUp()
        self.kept = json.loads(json.dumps({"".join(["key-", SECRET]): "".join(["value-", SECRET])}))
        self.graph = refgraph.capture()

    def is_told(self):
        texts = []
        for name in os.listdir(self.folder):
            with open(self.path(name), "rb") as file:
                texts.append(file.read())
            os.unlink(self.path(name))
        return [f"{what}-{SECRET}".encode() in text for what in ("key", "value") for text in texts]

    def test_private_text_stays_out(self):
        for name in self.formats:
            self.graph.export(self.path(name))
            self.assertFalse(any(self.is_told()), name)

    def test_private_text_is_there_with_values(self):
        for name in self.formats:
            self.graph.export(self.path(name), values=True)
            self.assertTrue(any(self.is_told()), name)


if __name__ == "__main__":
    unittest.main()
