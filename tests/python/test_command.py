"""The command line answers about a dump what Python answers about it, byte for byte."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import refgraph
from support import run_command


def make():
    rows = list(range(1000))

    def keeps_rows(wanted):
        nonlocal rows
        rows = rows + [wanted]

    return keeps_rows


LISTENERS = [make(), make()]
NAME = "closure:make.keeps_rows"


def run(*words):
    """What the command prints."""
    return run_command(*words, check=True).stdout


@unittest.skipUnless(shutil.which("refgraph"), "needs the command line")
class Command(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = os.path.join(cls.folder.name, "heap.rgd")
        refgraph.capture().save(cls.path)
        cls.graph = refgraph.load(cls.path)

    @classmethod
    def tearDownClass(cls):
        del cls.graph
        cls.folder.cleanup()

    def assert_same(self, drawing, *words):
        self.assertEqual(run(*words).decode(), drawing.text)
        self.assertEqual(run(*words, "--format", "dot").decode(), drawing.dot)
        self.assertEqual(run(*words, "--format", "svg"), drawing.svg().encode())
        self.assertEqual(run(*words, "--format", "json").decode(), drawing.json())
        self.assertEqual(json.loads(run(*words, "--json"))["drawing"], json.loads(drawing.json()))

    def test_what_run_brings_into_the_program_is_no_leak(self):
        path = os.path.join(self.folder.name, "program.rgd")
        subprocess.run(["refgraph", "run", "--dump", path, "--", sys.executable, "-c", "1"], check=True, capture_output=True)
        self.assertEqual(json.loads(run("leaks", path, "--json"))["leaks"], [])

    def test_why_is_the_same(self):
        self.assert_same(self.graph.why(where=NAME), "why", self.path, NAME)

    def test_why_with_more_paths_is_the_same(self):
        self.assert_same(self.graph.why(where=NAME, max_paths=3), "why", self.path, NAME, "--max-paths", "3")

    def test_why_of_closures_is_the_same(self):
        self.assert_same(self.graph.why_closures(), "why", self.path, "--closures")

    def test_why_of_all_closures_within_limits_is_the_same(self):
        self.assert_same(
            self.graph.why_closures(5, all=True, max_nodes=50), "why", self.path, "--closures", "--all", "--limit=5",
            "--max-nodes=50",
        )

    def test_references_are_the_same(self):
        self.assert_same(self.graph.refs(where=NAME), "draw", self.path, NAME)

    def test_references_with_every_option_are_the_same(self):
        self.assert_same(
            self.graph.refs(
                where=NAME, max_depth=2, too_many=4, refcounts=True, shortnames=False, internals=True, max_nodes=20,
                rankdir="TB", caption=False,
            ),
            "draw", self.path, NAME, "--refs", "--max-depth=2", "--too-many=4", "--refcounts", "--long-names",
            "--internals", "--max-nodes=20", "--rankdir=TB", "--no-caption",
        )

    def test_referrers_are_the_same(self):
        self.assert_same(self.graph.backrefs(where=NAME), "draw", self.path, NAME, "--backrefs")

    def test_a_filter_finds_the_same(self):
        document = json.loads(run("why", self.path, "name:keeps_rows", "--json", "--limit", "0"))
        self.assertEqual(document["matches"], len(self.graph.find("name:keeps_rows")))

    def test_info_counts_the_same(self):
        document = json.loads(run("info", self.path, "--json"))
        self.assertEqual(document["objects"], self.graph.num_nodes)
        self.assertEqual(document["references"], self.graph.num_edges)
        self.assertEqual(document["pid"], os.getpid())


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
