"""What grows: between graphs, within a with statement, and from round to round of a program."""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest

import refgraph
from support import IS_SANITIZED


class Screen:
    def __init__(self):
        self.pixels = bytearray(1000)


class Bus:
    def __init__(self):
        self.handlers = []


BUS = Bus()
CACHE = {}


def subscribe():
    screen = Screen()

    def on_click():
        return screen

    BUS.handlers.append(on_click)


class Collected(unittest.TestCase):
    def setUp(self):
        gc.collect()
        self.addCleanup(BUS.handlers.clear)


class Diff(Collected):
    def test_names_the_closure_its_variable_and_what_it_drags_along(self):
        subscribe()
        before = refgraph.capture()
        for _ in range(20):
            subscribe()
        table = refgraph.capture().diff(before)
        first = table[0]
        self.assertTrue(first.qualname.endswith("on_click"), first)
        self.assertEqual(first.file, subscribe.__code__.co_filename)
        self.assertEqual(first.line, subscribe.__code__.co_firstlineno + 3)
        self.assertEqual(first.path, f"{__name__}.BUS.handlers[…]")
        self.assertEqual([round.count for round in first.rounds], [1, 21])
        self.assertEqual(first.growth, 20)
        self.assertGreaterEqual(first.gained_below, 20 * 1000)
        self.assertFalse([row for row in table if row.type.endswith(".Screen")])

    def test_of_a_graph_and_itself_is_empty(self):
        graph = refgraph.capture()
        for by in ("path", "site", "type"):
            self.assertEqual(len(graph.diff(graph, by=by, limit=None)), 0)

    def test_tells_what_shrank_and_what_is_gone(self):
        for _ in range(10):
            subscribe()
        before = refgraph.capture()
        BUS.handlers.clear()
        (row,) = [row for row in refgraph.capture().diff(before, limit=None) if row.path.endswith(".BUS.handlers[…]")]
        self.assertEqual((row.trend, row.growth, row.id), ("shrinks", -10, None))

    def test_by_type_and_site_counts_all_of_them(self):
        before = refgraph.capture()
        kept = [Screen() for _ in range(5)]
        subscribe()
        after = refgraph.capture()
        (row,) = [row for row in after.diff(before, by="type", limit=None) if row.type.endswith(".Screen")]
        self.assertEqual(row.growth, len(kept) + 1)
        (row,) = [row for row in after.diff(before, by="site", limit=None) if "on_click" in row.qualname]
        self.assertEqual(row.growth, 1)

    def test_counts_what_a_filter_holds_for(self):
        before = refgraph.capture()
        subscribe()
        table = refgraph.capture().diff(before, where="type:Screen")
        self.assertEqual([row.path for row in table], [f"{__name__}.BUS.handlers[…] → screen"])

    def test_has_ids_that_the_graph_knows(self):
        before = refgraph.capture()
        subscribe()
        after = refgraph.capture()
        self.assertEqual(after.node(after.diff(before)[0].id)["type"], "function")

    def test_refuses_what_it_does_not_know(self):
        graph = refgraph.capture()
        with self.assertRaisesRegex(refgraph.ArgumentError, "path, site or type"):
            graph.diff(graph, by="name")
        with self.assertRaises(refgraph.ArgumentError):
            graph.diff(graph, where="name:")
        with self.assertRaises(TypeError):
            graph.diff("heap.rgd")

    def test_says_in_json_what_the_records_say(self):
        before = refgraph.capture()
        subscribe()
        table = refgraph.capture().diff(before)
        (first, *_) = json.loads(table.json())
        self.assertEqual(list(first), list(table[0]._fields))
        self.assertEqual(first["rounds"], [round._asdict() for round in table[0].rounds])


class Watch(Collected):
    def test_sees_what_the_statements_leave(self):
        with refgraph.watch() as watched:
            for _ in range(7):
                subscribe()
        first = watched.diff[0]
        self.assertEqual((first.growth, first.path), (7, f"{__name__}.BUS.handlers[…]"))
        self.assertIn("on_click", watched.diff.text)
        self.assertTrue(watched.graph.node(first.id)["label"].endswith("on_click"))

    def test_refuses_a_filter_at_the_place_where_it_is_wrong(self):
        with self.assertRaisesRegex(refgraph.ArgumentError, "'nonsense' at column 9"):
            refgraph.watch(where="closure nonsense").__enter__()

    def test_begins_anew_when_it_is_used_again(self):
        watched = refgraph.watch()
        for num in (7, 9):
            with watched:
                for _ in range(num):
                    subscribe()
            self.assertEqual((watched.diff[0].growth, len(watched.diff[0].rounds)), (num, 2))

    def test_does_not_count_itself(self):
        def nothing():
            with refgraph.watch(limit=None) as watched:
                pass
            return watched.diff

        was_enabled = gc.isenabled()
        gc.disable()
        nothing()
        try:
            self.assertEqual([row for row in nothing() if "refgraph" in row.what or "watch" in row.what], [])
            self.assertEqual(len(nothing()), 0, nothing().text)
        finally:
            if was_enabled:
                gc.enable()

    def test_says_what_it_saw_before_an_exception(self):
        with self.assertRaises(KeyError):
            with refgraph.watch() as watched:
                subscribe()
                raise KeyError
        self.assertEqual(watched.diff[0].growth, 1)

    def test_of_one_object_takes_one_thread(self):
        growth = refgraph._refgraph.Growth()
        graph = refgraph.capture()
        refused = []

        def add():
            for _ in range(1000):
                if refused:
                    return
                try:
                    growth.add(graph)
                except refgraph.BusyError as error:
                    refused.append(str(error))

        threads = [threading.Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(set(refused), {"another thread is at work on this growth"})


class Round(unittest.TestCase):
    def test_does_nothing_elsewhere(self):
        self.assertIsNone(refgraph.round())

    def test_is_no_builtin_of_others(self):
        names = {}
        exec("from refgraph import *", names)
        self.assertNotIn("round", names)


PROGRAM = """
    import sys
    import refgraph

    class Screen:
        pass

    listeners, cache = [], {}

    def request(number):
        screen = Screen()
        def on_click():
            return screen
        listeners.append(on_click)
        cache[number] = str(number)
        if len(cache) > 4:
            cache.clear()

    print("begins", *sys.argv[1:])
"""


@unittest.skipUnless(shutil.which("refgraph"), "needs the command line")
@unittest.skipIf(IS_SANITIZED, "needs a Python without sanitizers")
class Program(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.rounds = os.path.join(self.folder.name, "rounds")
        os.mkdir(self.rounds)

    def start(self, text, *options, words=(), **environment):
        program = os.path.join(self.folder.name, "app.py")
        with open(program, "w") as file:
            file.write(textwrap.dedent(PROGRAM) + textwrap.dedent(text))
        environment = {**os.environ, "TMPDIR": self.rounds, **environment}
        return subprocess.Popen(
            ["refgraph", "growth", *options, "--", sys.executable, program, *words], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )

    def grow(self, text, *options, **keywords):
        process = self.start(text, *options, **keywords)
        out, err = process.communicate()
        self.assertEqual(os.listdir(self.rounds), [], err)
        return process.returncode, out, err

    ROUNDS = """
        for number in range({}):
            for _ in range(5):
                request(number)
            refgraph.round()
    """

    def test_that_leaks_in_each_round_is_told_where(self):
        status, out, err = self.grow(self.ROUNDS.format(5))
        self.assertEqual(status, 0, err)
        self.assertIn("5 → 10 → 15 → 20 → 25", out)
        self.assertIn("on_click, function, app.py:12", out)
        self.assertIn("__main__.listeners[…]", out)
        self.assertIn("1 path grows in each of 4 rounds", out)

    def test_has_its_output_arguments_and_exit_status(self):
        end = "print('bye', file=sys.stderr)\nsys.exit(7)"
        status, out, err = self.grow(textwrap.dedent(self.ROUNDS.format(5)) + end, words=("--fast",))
        self.assertEqual(status, 7)
        self.assertTrue(out.startswith("begins --fast\n"), out)
        self.assertIn("bye\n", err)
        self.assertIn("on_click", out)

    def test_that_ends_early_answers_from_what_there_is(self):
        status, out, err = self.grow(self.ROUNDS.format(3))
        self.assertEqual(status, 0)
        self.assertIn("the program ended after 3 of 5 rounds", err)
        self.assertIn("5 → 10 → 15", out)

    def test_with_one_round_is_no_answer(self):
        status, out, err = self.grow(self.ROUNDS.format(1))
        self.assertEqual(status, 6)
        self.assertEqual(out, "begins\n")
        self.assertIn("what grows takes two rounds", err)

    def test_that_fails_before_two_rounds_has_its_exit_status(self):
        status, _, err = self.grow("request(1)\nrefgraph.round()\nraise SystemExit(9)")
        self.assertEqual(status, 9)
        self.assertIn("1 of 5", err)

    def test_that_a_signal_ends_has_its_number(self):
        status, out, _ = self.grow(textwrap.dedent(self.ROUNDS.format(2)) + "import os\nos.kill(os.getpid(), 9)")
        self.assertEqual(status, 128 + 9)
        self.assertIn("on_click", out)

    def test_with_more_rounds_than_asked_for_is_asked_about_the_first(self):
        _, out, _ = self.grow(self.ROUNDS.format(9), "--rounds", "3")
        self.assertIn("5 → 10 → 15  ", out)

    def test_is_looked_at_every_so_often(self):
        kept = os.path.join(self.folder.name, "kept")
        wait = f"""
            import os, time
            while not os.path.exists(os.path.join({kept!r}, "round-3.rgd")):
                request(1)
                time.sleep(0.005)
        """
        status, out, err = self.grow(wait, "--rounds=3", "--every=200ms", "--keep", kept)
        self.assertEqual(status, 0, err)
        self.assertIn("on_click", out)

    def test_that_ends_within_a_round_does_not_wait_for_it(self):
        begin = time.monotonic()
        status, _, err = self.grow("request(1)", "--every=1h")
        self.assertEqual(status, 6, err)
        self.assertLess(time.monotonic() - begin, 60)

    def test_keeps_dumps_in_a_folder(self):
        kept = os.path.join(self.folder.name, "kept")
        self.grow(self.ROUNDS.format(3), "--rounds=3", "--keep", kept)
        self.assertEqual(sorted(os.listdir(kept)), ["round-1.rgd", "round-2.rgd", "round-3.rgd"])
        old, new = (refgraph.load(os.path.join(kept, f"round-{i}.rgd")) for i in (1, 3))
        self.assertEqual(new.diff(old)[0].growth, 10)

    def test_that_forks_is_dumped_alone(self):
        fork = """
            import os
            for number in range(3):
                request(number)
                refgraph.round()
                if not os.fork():
                    refgraph.round()
                    os._exit(0)
                os.wait()
        """
        _, out, err = self.grow(fork, "--rounds=3")
        self.assertIn("1 → 2 → 3  ", out)
        self.assertEqual(err.count("refgraph: round"), 3)

    def test_finds_nothing_of_it_in_its_environment(self):
        _, out, _ = self.grow("import os\nprint([name for name in os.environ if 'REFGRAPH_RUN' in name])")
        self.assertIn("[]\n", out)

    def test_that_is_asked_to_end_leaves_nothing(self):
        wait = "print('ready', flush=True)\nimport time\ntime.sleep(600)"
        process = self.start("refgraph.round()\nrefgraph.round()\n" + wait)
        self.assertIn("ready\n", iter(process.stdout.readline, ""))
        process.send_signal(signal.SIGTERM)
        process.communicate()
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        self.assertEqual(os.listdir(self.rounds), [])

    def test_prints_beside_a_document_to_the_standard_error(self):
        _, out, err = self.grow(textwrap.dedent(self.ROUNDS.format(2)) + "print('bye')\n", "--rounds=2", "--json")
        self.assertEqual(json.loads(out)["command"], "growth")
        self.assertIn("bye", err)

    def test_that_a_signal_ends_is_told_with_its_name(self):
        end = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"
        status, _, err = self.grow(textwrap.dedent(self.ROUNDS.format(2)) + end, "--rounds=2")
        self.assertEqual(status, 128 + signal.SIGSEGV)
        self.assertIn("refgraph: a signal ended the program: Segmentation fault\n", err)

    def test_is_waited_for_after_the_last_round_and_this_is_said(self):
        _, _, err = self.grow(self.ROUNDS.format(3), "--rounds=3")
        self.assertIn("refgraph: round 2 of 3\nrefgraph: round 3 of 3: waiting for the program to end\n", err)

    def test_grows_the_same_in_each_process(self):
        answers = []
        for seed in ("1", "2"):
            _, out, _ = self.grow(self.ROUNDS.format(4), "--rounds=4", "--json", PYTHONHASHSEED=seed)
            rows = json.loads(out)["growth"]
            answers.append([{**row, "id": None} for row in rows])
        self.assertTrue(answers[0])
        self.assertEqual(answers[0], answers[1])

    def test_is_compared_with_itself_in_another_process(self):
        graphs = []
        for seed in ("1", "2"):
            kept = os.path.join(self.folder.name, seed)
            self.grow(self.ROUNDS.format(int(seed) + 1), "--rounds=2", "--keep", kept, PYTHONHASHSEED=seed)
            graphs.append(refgraph.load(os.path.join(kept, f"round-{seed}.rgd")))
        row = graphs[1].diff(graphs[0])[0]
        self.assertEqual(row.path, "__main__.listeners[…]")
        self.assertEqual([round.count for round in row.rounds], [5, 10])


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
