"""The report on what leaks: its Python face, and the corpus of tests/leaks, whose programs say themselves what leaks."""

import contextlib
import contextvars
import functools
import gc
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

import refgraph
from support import IS_SANITIZED, run_command, thing

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "leaks"
ROUNDS = 3

# Under sanitizers the code is what counts, not the facts: every fourth program runs it all.
PATHS = sorted(FOLDER.glob("*/*.py"))[:: 4 if IS_SANITIZED else 1]

# Dumps have no values, and the command line reads them: one of each kind is enough.
BY_COMMAND = ("event_bus", "logging_handler", "memoised_method")


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    program = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


def by_command(program):
    program.step()
    with tempfile.TemporaryDirectory() as folder:
        dumps = [os.path.join(folder, f"{number}.rgd") for number in range(ROUNDS)]
        for dump in dumps:
            program.step()
            refgraph.dump(dump, mode="gil")
        done = run_command("leaks", "--json", *dumps, check=True)
    return json.loads(done.stdout)["leaks"]


def report_on(path):
    """What a program says that leaks, and what the report says, of rounds and of one look at the end."""
    program = load(path)
    needed = getattr(program, "NEEDS", None)
    if needed and not getattr(program, needed):
        return {"missing": needed}
    if not getattr(program, "COLLECTOR", True):
        gc.disable()
    if path.stem in BY_COMMAND:
        leaks = by_command(program)
    else:
        leaks = json.loads(refgraph.leaks(step=program.step, rounds=ROUNDS).json())["leaks"]
    once = json.loads(refgraph.leaks().json())["leaks"] if getattr(program, "SINGLE", False) else None
    said = {**getattr(program, "LEAK", {"mends": {}})}
    return {"said": {**said, "mends": list(said["mends"])}, "leaks": leaks, "once": once}


def has_qualname(leak, qualname):
    """Before 3.11 code does not know the functions around it."""
    found = leak["site"]["qualname"]
    return found == qualname or (sys.version_info < (3, 11) and found == qualname.rpartition(".")[2])


def facts(said, leaks):
    """What is true of the first leak, by the name of each fact."""
    if not leaks:
        return dict.fromkeys(("site", "variable", "holder", "mend"), False)
    leak = leaks[0]
    return {
        "site": has_qualname(leak, said["site"]),
        "variable": said["variable"] in [capture["name"] for capture in leak["captures"]],
        "holder": leak["holder"] == said["holder"],
        "mend": bool(leak["mends"]) and leak["mends"][0]["kind"] in said["mends"],
    }


def print_reports(paths):
    """A line of JSON a program, each from a forked child of a process that has nothing but refgraph: captures are fast then,
    and nothing of a program stays."""
    for path in paths:
        pid = os.fork()
        if not pid:
            try:
                answer = report_on(pathlib.Path(path))
            except BaseException as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps({"path": path, **answer}), flush=True)
            os._exit(0)
        os.waitpid(pid, 0)


class Corpus(unittest.TestCase):
    """A test a program, made below, and the score."""

    score = None

    @classmethod
    def setUpClass(cls):
        paths = map(str, PATHS)
        done = subprocess.run([sys.executable, "-W", "ignore", "-B", __file__, *paths], check=True, stdout=subprocess.PIPE)
        answers = map(json.loads, done.stdout.splitlines())
        cls.answers = {answer["path"]: answer for answer in answers}

    def id(self):
        return super().id() if self.score is None else f"{super().id()}: {self.score}"

    def report(self, path):
        answer = self.answers[str(path)]
        if "missing" in answer:
            self.skipTest(f"needs {answer['missing']}")
        self.assertNotIn("error", answer)
        return answer

    @staticmethod
    def wrong(path, answer):
        found = facts(answer["said"], answer["leaks"])
        if answer["once"] is not None:
            found["once"] = facts(answer["said"], answer["once"])["site"]
        return tuple(fact for fact, is_right in found.items() if not is_right)

    def check_leaking(self, path):
        answer = self.report(path)
        self.assertEqual(self.wrong(path, answer), (), json.dumps(answer["leaks"][:1], indent=1))

    def check_clean(self, path):
        self.assertEqual(self.report(path)["leaks"], [])

    def test_score(self):
        answers = [(pathlib.Path(path), answer) for path, answer in self.answers.items() if "leaks" in answer]
        leaking = [(path, answer) for path, answer in answers if path.parent.name == "leaking"]
        clean = [answer for path, answer in answers if path.parent.name == "clean"]
        num_right = sum(not self.wrong(path, answer) for path, answer in leaking)
        num_silent = sum(not answer["leaks"] for answer in clean)
        self.score = (
            f"all is right of {num_right} of {len(leaking)} that leak, nothing is said of {num_silent} of {len(clean)} clean"
        )
        self.assertEqual((num_right, num_silent), (len(leaking), len(clean)))


def add_test(path):
    check = Corpus.check_leaking if path.parent.name == "leaking" else Corpus.check_clean

    def test(self):
        check(self, path)

    verb = "is_told_what_leaks_in" if path.parent.name == "leaking" else "is_told_nothing_of"
    setattr(Corpus, f"test_{verb}_{path.stem}", test)


for path in PATHS:
    add_test(path)


class Session:
    def __init__(self):
        self.closed = False


class Leaks(unittest.TestCase):
    def setUp(self):
        self.listeners = []

    def step(self):
        rows = bytearray(10_000)
        self.listeners.append(lambda: rows)

    def test_counts_the_copies_after_each_round(self):
        (leak,) = refgraph.leaks(step=self.step, rounds=4, warmup=2)
        self.assertEqual((leak.growth, leak.grows), ((3, 4, 5, 6), "copies"))

    def test_tells_the_holder_that_gains_and_not_the_one_that_has_most(self):
        class Static:
            pass

        class Growing:
            pass

        static, growing = Static(), Growing()
        static.callbacks, growing.queue = [], {"waiting": []}

        def make():
            rows = bytearray(10_000)
            return lambda: rows

        static.callbacks += [make() for _ in range(20)]
        (leak,) = refgraph.leaks(step=lambda: growing.queue["waiting"].append(make()))
        self.assertEqual((leak.holder, leak.copies), ("Growing.queue", 26))
        self.assertIn("Others are held by Static.callbacks (20 of 26)", leak.notes)
        mend = leak.mends[0]
        self.assertEqual(mend.kind, "lifetime")
        self.assertTrue(60_000 < mend.freed_now < 70_000, mend)
        self.assertEqual(mend.stays, 0)
        self.assertEqual([signal for signal in leak.signals if "only" in signal], [])

    def test_tells_what_holds_the_first_of_a_chain(self):
        holder = thing("Holder")
        holder.hook = None

        def step():
            rows, previous = bytearray(10_000), holder.hook

            def hook():
                return rows, previous

            holder.hook = hook

        (leak,) = refgraph.leaks(step=step)
        self.assertEqual((leak.holder, len(leak.path)), ("Holder.hook", 3))
        freed = {mend.call.splitlines()[-1]: mend.freed_now for mend in leak.mends}
        self.assertGreater(freed["holder.hook = None  # once it is not needed any more"], 60_000)
        self.assertLess(freed["previous = None"], 60_000)

    def test_what_a_partial_has_is_called_by_its_type(self):
        class Screen:
            def __init__(self):
                self.pixels = bytearray(10_000)

        (leak,) = refgraph.leaks(step=lambda: self.listeners.append(functools.partial(print, Screen())))
        self.assertIn("screen.pixels = None", [mend.call.partition("  #")[0] for mend in leak.mends])

    def test_an_async_generator_is_closed_as_such(self):
        async def count():
            rows = bytearray(10_000)
            yield rows

        def step():
            generator = count()
            with contextlib.suppress(StopIteration):
                generator.asend(None).send(None)
            self.listeners.append(generator)

        (leak,) = refgraph.leaks(step=step)
        self.assertEqual(leak.kind, "async generator")
        self.assertIn("await generator.aclose()", [mend.call for mend in leak.mends])

    def test_tells_items_that_one_closure_gets_from_more_closures(self):
        graphs, rows = [], []
        self.listeners.append(lambda: rows)
        for _ in range(3):
            rows.append(bytearray(1_000))
            graphs.append(refgraph.capture())
        (leak,) = refgraph.leaks(*graphs)
        self.assertEqual((leak.growth, leak.grows), ((1, 1, 1), "items"))

    def test_tells_who_shares_a_value_but_not_a_number_which_anybody_has(self):
        rows, number = bytearray(10_000), 0
        report = refgraph.leaks(step=lambda: self.listeners.append(lambda: (rows, number)))
        shared = {capture.name: capture.shared for capture in report[0].captures}
        self.assertGreaterEqual(shared["rows"], report[0].copies)
        self.assertEqual(shared["number"], 0)

    def test_what_is_finished_and_held_does_not_grow(self):
        file = open(os.devnull)
        self.listeners.append(lambda: file.read())
        file.close()
        (leak,) = refgraph.leaks()
        self.assertEqual(leak.grows, "")

    def test_takes_graphs_from_the_oldest_to_the_newest(self):
        graphs = []
        for _ in range(3):
            self.step()
            graphs.append(refgraph.capture())
        (leak,) = refgraph.leaks(*graphs)
        self.assertEqual(leak.growth, (1, 2, 3))
        self.assertEqual(refgraph.leaks(*reversed(graphs))[:], ())

    def test_takes_paths_of_dumps(self):
        with tempfile.TemporaryDirectory() as folder:
            dumps = [os.path.join(folder, f"{i}.rgd") for i in range(3)]
            for dump in dumps:
                self.step()
                refgraph.dump(dump, mode="gil")
            (leak,) = refgraph.leaks(*dumps)
        self.assertEqual(leak.copies, 3)

    def test_is_silent_where_nothing_leaks(self):
        report = refgraph.leaks(step=lambda: bytearray(10_000))
        self.assertFalse(report)
        self.assertTrue(report.text.startswith("No leak found."))

    def test_says_in_text_what_it_says_in_records(self):
        report = refgraph.leaks(step=self.step, rounds=3)
        self.assertIn(report[0].fingerprint, str(report))
        self.assertEqual(json.loads(report.json())["leaks"][0]["site"]["qualname"], report[0].qualname)

    def test_changes_nothing_of_the_collector(self):
        phases = []

        def note(phase, info):
            phases.append(phase)

        gc.disable()
        gc.callbacks.append(note)
        try:
            refgraph.leaks(step=self.step, rounds=3)
            self.assertFalse(gc.isenabled())
        finally:
            gc.callbacks.remove(note)
            gc.enable()
        self.assertEqual(phases, [])

    def test_says_who_else_holds_what_stays(self):
        self.library = types.SimpleNamespace(documents=[])

        def step():
            document = Session()
            document.rows = bytearray(10_000)
            self.library.documents.append(document)
            self.listeners.append(lambda: document)

        (leak,) = refgraph.leaks(step=step, rounds=3)
        self.assertIn("SimpleNamespace.documents holds document, too: it stays there", leak.notes)

    def test_is_silent_about_a_function_whose_default_is_a_variable_of_a_module_that_grows(self):
        module = sys.modules["grows"] = types.ModuleType("grows")
        self.addCleanup(sys.modules.pop, "grows")
        module.all = []
        exec("def last(index=-1, all=all): return all[index]", vars(module))
        report = refgraph.leaks(step=lambda: module.all.append(object()), rounds=3)
        self.assertEqual(report[:], ())

    def test_is_silent_about_code_that_waits_and_has_a_variable_that_is_over(self):
        def serve():
            session = Session()
            session.closed = True
            yield

        self.serving = serve()
        next(self.serving)
        self.assertNotIn("serve", {leak.qualname.rpartition(".")[2] for leak in refgraph.leaks()})

    def test_tells_who_stores_copies_of_a_context(self):
        variable = contextvars.ContextVar("variable")

        def step():
            rows = bytearray(10_000)
            context = contextvars.copy_context()
            context.run(variable.set, lambda: rows)
            self.listeners.append(context)

        (leak,) = refgraph.leaks(step=step, rounds=3)
        self.assertTrue(leak.holder.endswith("listeners"), leak.holder)
        self.assertIn("listeners.remove(context)", leak.mends[0].call)

    def test_tells_the_generator_of_a_context_that_is_not_left(self):
        @contextlib.contextmanager
        def session():
            rows = bytearray(10_000)
            yield rows

        def step():
            self.listeners.append(session())
            self.listeners[-1].__enter__()

        (leak,) = refgraph.leaks(step=step, rounds=3)
        self.assertEqual((leak.kind, leak.qualname.rpartition(".")[2]), ("generator", "session"))
        self.assertEqual(leak.holder, "contextlib.contextmanager")
        self.assertIn(".__exit__(None, None, None)", leak.mends[0].call)

    def test_says_of_nobody_else_that_he_holds_what_goes(self):
        (leak,) = refgraph.leaks(step=self.step, rounds=3)
        self.assertEqual(leak.notes, ())

    def test_refuses_rounds_of_graphs(self):
        with self.assertRaisesRegex(TypeError, "not both"):
            refgraph.leaks(refgraph.capture(), step=self.step)

    def test_refuses_no_rounds(self):
        with self.assertRaisesRegex(refgraph.ArgumentError, "bad rounds 0"):
            refgraph.leaks(step=self.step, rounds=0)

    def test_refuses_what_is_no_function_and_no_number(self):
        with self.assertRaisesRegex(TypeError, "step must be a function without arguments, not int"):
            refgraph.leaks(step=3)
        with self.assertRaisesRegex(refgraph.ArgumentError, "bad warmup -1"):
            refgraph.leaks(step=self.step, warmup=-1)

    def test_refuses_a_step_that_has_not_run(self):
        async def coroutine():
            pass

        def generator():
            yield

        for step, kind in ((coroutine, "coroutine"), (generator, "generator")):
            with self.subTest(kind), self.assertRaisesRegex(TypeError, f"step returned a {kind}, which has not run"):
                refgraph.leaks(step=step)

    def test_says_that_the_heap_grew_by_what_does_not_leak_here(self):
        report = refgraph.leaks(step=lambda: self.listeners.append(bytearray(100_000)))
        self.assertFalse(report)
        self.assertIn("All the same, the heap grew in every round, by 4", report.text)

    def test_lets_what_a_round_raises_through(self):
        with self.assertRaises(ZeroDivisionError):
            refgraph.leaks(step=lambda: 1 / 0)


class Faces(unittest.TestCase):
    def setUp(self):
        self.session = Session()
        refgraph.expect_gone(self.session)
        self.report = refgraph.leaks()

    def test_a_leak_is_drawn_from_its_root_to_what_it_keeps(self):
        nodes = self.report.draw().nodes
        self.assertIn("Session", [node["type"] for node in nodes])
        self.assertEqual(sum(node["role"] == "root" for node in nodes), 1)

    def test_a_leak_that_is_not_there_is_not_drawn(self):
        with self.assertRaisesRegex(IndexError, "there is no leak 1 to draw: the report has 1"):
            self.report.draw(1)

    def test_sarif_has_a_result_a_leak(self):
        (run,) = json.loads(self.report.sarif())["runs"]
        self.assertEqual(len(run["results"]), 1)

    def test_a_baseline_accepts_what_it_lists(self):
        self.assertFalse(self.report[0].accepted)
        self.report.accept(self.report.baseline)
        self.assertTrue(self.report[0].accepted)

    def test_a_baseline_is_text(self):
        with self.assertRaisesRegex(TypeError, "baseline must be the text of one, .*, not bytes"):
            self.report.accept(b"")

    def test_a_bad_baseline_is_refused_with_its_line(self):
        with self.assertRaisesRegex(refgraph.ArgumentError, "line 2 of the baseline"):
            self.report.accept("# mine\nnonsense")


class ExpectGone(unittest.TestCase):
    def test_reports_what_is_still_held(self):
        self.sessions = [Session()]
        refgraph.expect_gone(self.sessions[0])
        (leak,) = refgraph.leaks()
        self.assertEqual((leak.kind, leak.qualname, leak.copies), ("object", "Session", 1))
        self.assertEqual(leak.holder, "ExpectGone.sessions")

    def test_reports_the_closure_that_holds_it(self):
        def listen(session):
            refgraph.expect_gone(session)
            return lambda: session

        self.callback = listen(Session())
        (leak,) = refgraph.leaks()
        self.assertEqual(leak.kind, "lambda")
        self.assertIn("its Session was expected to be gone: refgraph.expect_gone()", leak.signals)

    def test_forgets_what_is_gone(self):
        refgraph.expect_gone(Session())
        self.assertEqual(len(refgraph.leaks()), 0)

    def test_is_written_into_dumps(self):
        self.session = Session()
        refgraph.expect_gone(self.session)
        with tempfile.TemporaryDirectory() as folder:
            refgraph.dump(os.path.join(folder, "heap.rgd"))
            (leak,) = refgraph.leaks(os.path.join(folder, "heap.rgd"))
        self.assertEqual(leak.qualname, "Session")

    def test_holds_nothing(self):
        session = Session()
        before = sys.getrefcount(session)
        refgraph.expect_gone(session)
        refgraph.expect_gone(session)
        self.assertEqual(sys.getrefcount(session), before)

    def test_refuses_what_has_no_weak_references(self):
        with self.assertRaisesRegex(TypeError, "cannot create weak reference to 'int' object"):
            refgraph.expect_gone(1)


if __name__ == "__main__":
    print_reports(sys.argv[1:])
