"""Exports, read back by readers that know nothing of us: the modules json, csv and sqlite3."""

import collections
import csv
import json
import os
import re
import sqlite3
import stat
import tempfile
import unittest
import weakref

import refgraph
import support

SECRET = "hunter2"

# Names that formats might stumble over; a graph shows what cannot be seen as escapes.
HOSTILE = [
    'say "no"',
    "it's",
    "a\\b",
    "a,b;c",
    "=1+1",
    '=cmd|"/c calc"!A1',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "a\r\nb",
    "a\0b",
    "a\udc80b",
    "a\U0001f40db",
    "</script><b>&amp;",
    "'); DROP TABLE objects; --",
    "%d%s%n",
    "x" * 5000,
]


class Screen:
    def __init__(self):
        self.pixels = bytearray(10000)


def make(screen):
    def on_click():
        return screen

    return on_click


def why_not_sqlite():
    """None where there is SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            refgraph.capture().export(os.path.join(folder, "heap.sqlite"))
        except refgraph.UnsupportedError as error:
            return str(error)
    return None


WITHOUT_SQLITE = why_not_sqlite()


def capture_hostile():
    """A graph with an object that has attributes of all hostile names, and these names as graphs show them."""
    holder = support.thing("Hostile")
    for name in HOSTILE:
        setattr(holder, name, None)
    graph = refgraph.capture()
    (id,) = graph.find("type:Hostile")
    shown = {edge["name"] for edge in graph.refs(id=id, max_depth=1, too_many=100).edges if edge["kind"] == "attribute"}
    assert len(shown) == len(HOSTILE), shown
    return graph, shown


# As spreadsheets see it, those that take wide letters for others, too.
is_formula = re.compile("[=+@\t\r\uff1d\uff0b\uff0d\uff20-]").match


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
        graph, shown = capture_hostile()
        _, nodes = read_snapshot(self.export(graph, "heap.heapsnapshot", values=True))
        read = {name for node in nodes for kind, name, _ in node[3] if kind == "property"}
        self.assertLessEqual(shown, read)


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


class Csv(Folder):
    def export_pair(self, graph, **options):
        self.export(graph, "heap.csv", **options)
        self.assertEqual(sorted(os.listdir(self.folder)), ["heap.edges.csv", "heap.nodes.csv"])
        return read_csv(self.path("heap.nodes.csv")), read_csv(self.path("heap.edges.csv"))

    def test_there_is_a_line_an_object_and_a_line_a_reference(self):
        graph = refgraph.capture()
        nodes, edges = self.export_pair(graph)
        self.assertEqual([int(node["id"]) for node in nodes], list(range(1, graph.num_nodes + 1)))
        references = collections.defaultdict(list)
        for edge in edges:
            references[edge["src"]].append((edge["src"], edge["dst"], edge["kind"]))
        for id in range(1, graph.num_nodes + 1, 997):
            node = graph.node(id)
            self.assertEqual([nodes[id - 1][key] for key in ("type", "size", "address")],
                             [node["type"].rpartition(".")[2], str(node["size"]), str(node["address"] or "")])
            expected = [(str(id), str(edge["target"]), edge["kind"]) for edge in graph.references(id)]
            self.assertEqual(references[str(id)], expected)

    def test_each_line_says_which_dump_it_is_of(self):
        graph = refgraph.capture()
        process = graph.process
        for lines in self.export_pair(graph):
            said = {(line["host"], line["pid"], line["dump_id"]) for line in lines}
            pid, time_ns = str(process["pid"]), str(process["time_ns"])
            self.assertEqual(said, {(process["host"], pid, f"{process['host']}-{pid}-{time_ns}")})

    def test_retained_sizes_are_those_of_the_graph(self):
        screen = Screen()
        graph = refgraph.capture()
        nodes, _ = self.export_pair(graph)
        (id,) = graph.find("type:Screen")
        self.assertEqual(int(nodes[id - 1]["retained"]), graph.retained(id=id))
        del screen

    def test_hostile_names_are_read_back_and_none_is_a_formula(self):
        graph, shown = capture_hostile()
        _, edges = self.export_pair(graph, values=True)
        names = {edge["name"] for edge in edges}
        for name in shown:
            self.assertIn("'" + name if name[0] in "=+-@" else name, names)
        self.assertEqual([edge["name"] for edge in edges if is_formula(edge["name"])], [])

    def test_no_cell_is_a_formula(self):
        def quoted():
            pass

        quoted.__qualname__ = quoted.__name__ = "=HYPERLINK(A1)"
        nodes, edges = self.export_pair(refgraph.capture(), values=True)
        self.assertEqual([cell for line in nodes + edges for cell in line.values() if is_formula(cell)], [])
        self.assertIn("'=HYPERLINK(A1)", [node["label"] for node in nodes])


class NodeLink(Folder):
    def read(self, graph, **options):
        with open(self.export(graph, "heap.json", **options), encoding="utf-8") as file:
            return json.load(file)

    def test_references_are_there_for_old_and_for_recent_versions_of_networkx(self):
        graph = refgraph.capture()
        document = self.read(graph)
        self.assertEqual(list(document), ["directed", "multigraph", "graph", "nodes", "links", "edges"])
        self.assertEqual(document["links"], document["edges"])
        self.assertEqual((document["directed"], document["multigraph"]), (True, True))
        self.assertEqual([node["id"] for node in document["nodes"]], list(range(1, graph.num_nodes + 1)))

    def test_parallel_references_have_keys_of_their_own(self):
        edges = self.read(refgraph.capture())["edges"]
        self.assertEqual(len({(edge["source"], edge["target"], edge["key"]) for edge in edges}), len(edges))

    def test_it_says_which_process_it_was(self):
        graph = refgraph.capture()
        said = self.read(graph)["graph"]
        self.assertEqual({key: said[key] for key in ("host", "pid", "time_ns")},
                         {key: graph.process[key] for key in ("host", "pid", "time_ns")})

    def test_hostile_names_are_read_back(self):
        graph, shown = capture_hostile()
        self.assertLessEqual(shown, {edge["name"] for edge in self.read(graph, values=True)["edges"]})


@unittest.skipIf(WITHOUT_SQLITE, WITHOUT_SQLITE)
class Sqlite(Folder):
    def open(self, graph, **options):
        connection = sqlite3.connect(self.export(graph, "heap.sqlite", **options))
        self.addCleanup(connection.close)
        return connection

    def test_the_database_is_whole_and_alone(self):
        connection = self.open(refgraph.capture())
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        self.assertEqual(connection.execute("PRAGMA foreign_key_check").fetchall(), [])
        self.assertEqual(os.listdir(self.folder), ["heap.sqlite"])

    def test_tables_count_what_the_graph_does(self):
        graph = refgraph.capture()
        connection = self.open(graph)
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("objects", "refs")]
        self.assertEqual(counts[0], graph.num_nodes)
        self.assertEqual(connection.execute("SELECT objects, refs FROM dumps").fetchone(), tuple(counts))
        expected = sum(len(graph.references(id)) for id in range(1, graph.num_nodes + 1))
        self.assertEqual(counts[1], expected)

    def test_by_type_is_the_table_of_types(self):
        graph = refgraph.capture()
        rows = self.open(graph).execute("SELECT module, type, objects, bytes FROM by_type").fetchall()
        expected = {}  # a frame that runs and one that is held are two types of a graph, of one name
        for row in graph.types(limit=None):
            count, size = expected.get(row.type, (0, 0))
            expected[row.type] = (count + row.count, size + row.size)
        self.assertEqual({f"{module}.{name}" if module else name: tuple(rest) for module, name, *rest in rows}, expected)

    def test_by_site_is_the_table_of_closures(self):
        closures = [make(Screen()) for _ in range(5)]
        graph = refgraph.capture()
        rows = self.open(graph).execute("SELECT site, file, line, copies, retained FROM by_site").fetchall()
        expected = [(row.qualname, row.file, row.line, row.copies, row.retained) for row in graph.closures(limit=None)]
        self.assertEqual(sorted(rows), sorted(expected))
        del closures

    def test_largest_begins_with_what_retains_most(self):
        screen = Screen()
        graph = refgraph.capture()
        connection = self.open(graph)
        sizes = [size for size, in connection.execute("SELECT retained FROM largest")]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        (id,) = graph.find("type:Screen")
        retained, = connection.execute("SELECT retained FROM heap WHERE id = ?", (id,)).fetchone()
        self.assertEqual(retained, graph.retained(id=id))
        del screen

    def test_referrers_are_those_of_the_graph(self):
        screen = Screen()
        graph = refgraph.capture()
        (id,) = graph.find("type:Screen")
        rows = self.open(graph).execute("SELECT src, kind FROM referrers WHERE id = ?", (id,)).fetchall()
        self.assertEqual(rows, [(edge["source"], edge["kind"]) for edge in graph.referrers(id)])
        del screen

    def test_garbage_is_what_no_root_reaches(self):
        code = (
            "import gc, refgraph\n"
            "gc.disable()\n"
            "class Garbage: pass\n"
            "garbage = Garbage(); garbage.me = garbage; del garbage\n"
            f"refgraph.capture().export({self.path('heap.sqlite')!r})\n"
        )
        support.run_python(code)
        connection = sqlite3.connect(self.path("heap.sqlite"))
        self.addCleanup(connection.close)
        self.assertIn(("Garbage",), connection.execute("SELECT type FROM garbage").fetchall())

    def test_hostile_names_are_read_back(self):
        graph, shown = capture_hostile()
        connection = self.open(graph, values=True)
        self.assertLessEqual(shown, {name for name, in connection.execute("SELECT name FROM refs")})
        self.assertEqual(connection.execute("SELECT count(*) FROM objects").fetchone(), (graph.num_nodes,))

    def test_a_database_that_is_there_is_replaced(self):
        for _ in range(2):
            self.assertEqual(self.open(refgraph.capture()).execute("SELECT count(*) FROM dumps").fetchone(), (1,))


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
        with self.assertRaisesRegex(refgraph.ArgumentError, r"'.*heap\.xls'; names that work end in \.heapsnapshot, "):
            refgraph.capture().export(self.path("heap.xls"))

    def test_an_unknown_format_is_told_with_those_there_are(self):
        with self.assertRaisesRegex(ValueError, "unknown format 'xls'; it is heapsnapshot, sqlite, csv or json"):
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

    formats = ["heap.heapsnapshot", "heap.csv", "heap.json"] + ["heap.sqlite"] * (not WITHOUT_SQLITE)

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
