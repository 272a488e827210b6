"""What the command line writes beside its report on leaks: SARIF, baselines, pictures."""

import json
import pathlib
import shutil
import tempfile
import types
import unittest

import refgraph
from support import run_command

LISTENERS = []
HOSTILE = '[click](https://example.com) {0} **b** "\\ \0 \ud800 \u202e'


def listen(rows, **changes):
    def keeps(event):
        return rows

    code = keeps.__code__.replace(**changes)
    LISTENERS.append(types.FunctionType(code, globals(), code.co_name, None, keeps.__closure__))


@unittest.skipUnless(shutil.which("refgraph"), "needs the command line")
class LeakFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name).resolve()
        cls.dumps = [f"{number}.rgd" for number in range(3)]
        for dump in cls.dumps:
            listen(bytearray(5000), co_name="plain", co_filename=str(cls.folder / "app" / "with space.py"))
            listen(bytearray(2000), co_name=HOSTILE, co_filename='/elsewhere/a"b\0\udcff#?.py')
            refgraph.capture().save(cls.folder / dump)

    @classmethod
    def tearDownClass(cls):
        LISTENERS.clear()
        cls.temporary.cleanup()

    def run_leaks(self, *words):
        return run_command("leaks", *self.dumps, *words, cwd=self.folder)

    def sarif(self, *words):
        self.assertEqual(self.run_leaks("-o", "leaks.sarif", *words).returncode, 0)
        log = json.loads((self.folder / "leaks.sarif").read_bytes().decode("utf-8", "strict"))
        self.assertEqual(log["version"], "2.1.0")
        (found,) = log["runs"]
        return found

    def uris(self, found):
        return [
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in found["results"]
        ]

    def test_sarif_has_a_result_for_each_leak(self):
        found = self.sarif()
        leaks = json.loads(self.run_leaks("--json").stdout)["leaks"]
        self.assertEqual(len(leaks), 2)
        fingerprints = [result["partialFingerprints"]["closureLeak/v1"] for result in found["results"]]
        self.assertEqual(fingerprints, [leak["fingerprint"] for leak in leaks])
        lines = [result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in found["results"]]
        self.assertEqual(lines, [leak["site"]["line"] for leak in leaks])

    def test_each_result_is_of_a_rule(self):
        found = self.sarif()
        rules = found["tool"]["driver"]["rules"]
        for result in found["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])

    def test_files_are_named_by_uris(self):
        plain, hostile = self.uris(self.sarif())
        self.assertEqual(plain, "app/with%20space.py")
        self.assertRegex(hostile, r"\Afile:///elsewhere/[A-Za-z0-9%._~/-]+\Z")

    def test_names_are_no_markup(self):
        message = self.sarif()["results"][1]["message"]["text"]
        self.assertNotIn("](", message)
        self.assertNotRegex(message, r"(?<!\{)\{(?!\{)")
        self.assertTrue(message.replace("\u00d7", "").isprintable())

    def test_what_the_baseline_accepts_is_suppressed_and_no_failure(self):
        self.assertEqual(self.run_leaks("--fail-on-leak").returncode, 1)
        self.run_leaks("--write-baseline", "accepted.txt")
        self.assertEqual(self.run_leaks("--fail-on-leak", "--baseline", "accepted.txt").returncode, 0)
        for result in self.sarif("--baseline", "accepted.txt")["results"]:
            self.assertEqual(result["suppressions"], [{"kind": "external", "status": "accepted"}])

    def test_a_baseline_that_is_written_with_another_has_both(self):
        self.run_leaks("--write-baseline", "all.txt")
        self.run_leaks("--baseline", "all.txt", "--write-baseline", "again.txt")
        self.assertEqual((self.folder / "all.txt").read_text(), (self.folder / "again.txt").read_text())

    def test_there_is_a_picture_of_each_leak(self):
        self.run_leaks("-o", "leak.svg")
        for number in 1, 2:
            self.assertIn("<svg", (self.folder / f"leak-{number}.svg").read_text())

    def test_dumps_of_different_times_are_doubted_in_sarif_too(self):
        self.dumps = self.dumps[::-1]
        self.addCleanup(delattr, self, "dumps")
        notes = self.sarif()["invocations"][0]["toolExecutionNotifications"]
        self.assertEqual([note["message"]["text"][:25] for note in notes], ["dump 2 is older than dump"])


if __name__ == "__main__":
    unittest.main()
