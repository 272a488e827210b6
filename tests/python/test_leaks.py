"""The corpus of tests/leaks: of each program that leaks the report names the place, of each that does not, nothing."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "leaks"

# Runs a program's step once to warm up, and dumps itself after each of five rounds.
RUNNER = """
import gc, importlib.util, os, sys
import refgraph
path, folder = sys.argv[1:]
spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
if not getattr(module, "COLLECTOR", True):
    gc.disable()
module.step()
for i in range(5):
    module.step()
    refgraph.dump(f"{folder}/{i}.rgd", mode="gil")
print(getattr(module, "LEAK", {}).get("site", ""))
"""

# What the report does not see yet: objects that are called, and what tables of arguments keep.
UNSEEN = {"callback_object", "loop_default", "memoised_method", "unbounded_memo"}


def run(path):
    """The site that leaks, as the program says, and the leaks that the report lists."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-W", "ignore", "-B", "-c", RUNNER, str(path), folder]
        site = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        dumps = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        report = subprocess.run(["refgraph", "leaks", "--json", *dumps], check=True, stdout=subprocess.PIPE, text=True)
    return site, json.loads(report.stdout)["leaks"]


def programs(kind):
    for path in sorted((FOLDER / kind).glob("*.py")):
        if "numpy" not in path.name:
            yield path


class Corpus(unittest.TestCase):
    def test_names_the_place_of_each_leak_first(self):
        for path in programs("leaking"):
            if path.stem in UNSEEN:
                continue
            with self.subTest(path.stem):
                site, leaks = run(path)
                self.assertTrue(leaks, "no leak was found")
                self.assertTrue(leaks[0]["site"]["qualname"].endswith(site.rpartition("<locals>.")[2]), leaks[0]["site"])

    def test_says_nothing_of_what_does_not_leak(self):
        for path in programs("clean"):
            with self.subTest(path.stem):
                self.assertEqual(run(path)[1], [])


if __name__ == "__main__":
    unittest.main()
