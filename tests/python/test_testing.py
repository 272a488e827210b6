"""What refgraph.testing asserts."""

import contextvars
import functools
import itertools
import threading
import types
import unittest
import weakref

import refgraph
import refgraph.testing

LEFT = []


class Session:
    pass


class Pool:
    pass


class NoLeaks(unittest.TestCase):
    def setUp(self):
        self.addCleanup(LEFT.clear)

    def test_passes_where_nothing_is_left(self):
        with refgraph.testing.assert_no_leaks():
            LEFT.append(lambda: None)
            LEFT.clear()

    def test_fails_with_the_report_on_what_is_left(self):
        with self.assertRaises(AssertionError) as caught, refgraph.testing.assert_no_leaks():
            session = Session()
            LEFT.append(lambda: session)
        for words in ("NoLeaks", "session", "LEFT", "LEFT.remove(callback)"):
            self.assertIn(words, str(caught.exception))

    def test_lets_as_many_be_left_as_are_allowed(self):
        with refgraph.testing.assert_no_leaks(limit=2):
            LEFT.extend(lambda: None for _ in range(2))
        with self.assertRaises(AssertionError), refgraph.testing.assert_no_leaks(limit=2):
            LEFT.extend(lambda: None for _ in range(3))

    def test_passes_where_something_else_leaked_before(self):
        session = Session()
        refgraph.expect_gone(session)
        LEFT.append(lambda: session)
        with refgraph.testing.assert_no_leaks():
            pass
        with self.assertRaisesRegex(AssertionError, "\\ALEAK 1 of 1 "), refgraph.testing.assert_no_leaks():
            LEFT.append(lambda: None)

    def test_what_was_there_before_is_not_spoken_of(self):
        session = Session()
        refgraph.expect_gone(session)
        LEFT.append(lambda: session)
        with self.assertRaises(AssertionError) as caught, refgraph.testing.assert_no_leaks():
            LEFT.append(lambda: None)
        self.assertNotIn("accepted", str(caught.exception))
        self.assertIn("1 more than before: 0, 1", str(caught.exception))

    def test_refuses_limits_and_patterns_that_are_none(self):
        for options in ({"limit": -1}, {"limit": "x"}, {"ignore": "x"}, {"ignore": [3]}):
            with self.assertRaisesRegex(refgraph.ArgumentError, "bad (limit|ignore)"):
                refgraph.testing.assert_no_leaks(**options)

    def test_ignores_names_and_files(self):
        for pattern in ("NoLeaks.test_ignores*", "*test_testing.py"):
            with refgraph.testing.assert_no_leaks(ignore=[pattern]):
                LEFT.append(lambda: None)

    def test_garbage_is_no_leak(self):
        with refgraph.testing.assert_no_leaks():
            session = Session()
            session.close = lambda: session
            del session

    def test_lets_what_is_raised_through(self):
        with self.assertRaises(ZeroDivisionError), refgraph.testing.assert_no_leaks():
            LEFT.append(lambda: None)
            1 / 0


class Released(unittest.TestCase):
    def setUp(self):
        self.addCleanup(LEFT.clear)

    def test_variables_of_running_functions_do_not_count(self):
        session = Session()

        def inner(argument):
            refgraph.testing.assert_released(argument)

        inner(session)

    def test_what_else_holds_it_is_told(self):
        session = Session()
        LEFT.append(session)
        with self.assertRaisesRegex(AssertionError, r"Session is not released; what holds it:\n  .*LEFT\[0\]"):
            refgraph.testing.assert_released(session)

    def test_each_of_several_holders_of_one_module_is_told(self):
        session = Session()
        LEFT.extend([[session], {"key": session}, lambda: session])
        with self.assertRaises(AssertionError) as caught:
            refgraph.testing.assert_released(session)
        lines = str(caught.exception).splitlines()[1:]
        paths = ["LEFT[0][0]", "LEFT[1]['key']", "LEFT[2] \N{RIGHTWARDS ARROW} session"]
        self.assertEqual(sorted(lines), [f"  {__name__}.{path}" for path in paths])

    def test_what_the_caller_alone_holds_does_not_count(self):
        session = Session()
        kept = [session]
        refgraph.testing.assert_released(session)
        self.assertIs((lambda: session)(), kept[0])

    def test_a_holder_that_the_caller_has_too_counts(self):
        def check(kept):
            session = Session()
            kept.append(session)
            refgraph.testing.assert_released(session)

        with self.assertRaisesRegex(AssertionError, r"kept\[0\]|LEFT\[0\]"):
            check(LEFT)

    def test_what_an_outer_function_holds_counts(self):
        kept = [Session()]

        def check(session):
            refgraph.testing.assert_released(session)

        with self.assertRaisesRegex(AssertionError, r"kept\[0\]"):
            check(kept[0])

    def test_a_context_variable_counts(self):
        variable = contextvars.ContextVar("variable")

        def check():
            session = Session()
            variable.set(session)
            refgraph.testing.assert_released(session)

        with self.assertRaisesRegex(AssertionError, r"\[variable\]"):
            contextvars.copy_context().run(check)

    def test_the_argument_itself_does_not_count(self):
        sessions = [Session()]
        refgraph.testing.assert_released(sessions.pop())

    def test_no_code_of_the_object_runs(self):
        class Proxy:
            @property
            def __class__(self):
                raise RuntimeError("outside of a request")

        proxy = Proxy()
        refgraph.testing.assert_released(proxy)

    def test_none_is_no_object_that_could_go(self):
        with self.assertRaisesRegex(TypeError, "None is never released"):
            refgraph.testing.assert_released(None)

    def test_variables_of_another_thread_count(self):
        ready, over = threading.Event(), threading.Event()
        session = Session()

        def hold(held):
            ready.set()
            over.wait(60)

        thread = threading.Thread(target=hold, args=(session,), name="holding")
        thread.start()
        ready.wait(60)
        try:
            with self.assertRaisesRegex(AssertionError, "held"):
                refgraph.testing.assert_released(session)
        finally:
            over.set()
            thread.join()

    def test_a_cycle_of_its_own_does_not_count(self):
        session = Session()
        session.itself = session
        refgraph.testing.assert_released(session)

    def test_a_weak_reference_stands_for_its_object(self):
        session = Session()
        reference = weakref.ref(session)
        refgraph.testing.assert_released(reference)
        LEFT.append(session)
        with self.assertRaises(AssertionError):
            refgraph.testing.assert_released(reference)
        LEFT.clear()
        del session
        refgraph.testing.assert_released(reference)


class Rounds(unittest.TestCase):
    def setUp(self):
        self.addCleanup(LEFT.clear)

    def leaks_of(self, run, **options):
        return refgraph.testing.leaks_of_rounds(run, **{"warmup": 1, "repeat": 3, **options})

    def test_of_what_leaves_nothing_there_is_no_report(self):
        self.assertIsNone(self.leaks_of(lambda: [lambda: None]))

    def test_of_what_leaves_other_objects_than_closures_there_is_no_report(self):
        self.assertIsNone(self.leaks_of(lambda: LEFT.append(Session())))

    def test_each_closure_that_a_round_leaves_is_reported(self):
        def run():
            LEFT.append(lambda: None)

        (leak,) = self.leaks_of(run)
        self.assertEqual(leak.growth, (5, 6, 7))

    def test_a_closure_is_reported_though_a_collection_in_between_freed_more_of_them(self):
        # What a test finds there: closures in cycles, which go with a collection during its first round.
        others = [[lambda: None] for _ in range(10)]
        rounds = itertools.count()

        def run():
            if next(rounds) == 1:
                others.clear()
            LEFT.append(lambda: None)

        (leak,) = self.leaks_of(run)
        self.assertEqual(leak.growth, (5, 6, 7))

    def test_items_that_the_collector_does_not_know_are_reported(self):
        def remember(cache=types.SimpleNamespace(all={})):
            cache.all[len(cache.all)] = bytes(10)

        def run(cache={}):
            cache[len(cache)] = bytes(len(cache))

        self.assertFalse(self.leaks_of(remember))
        (leak,) = self.leaks_of(run)
        self.assertEqual(leak.captures[0].name, "cache")

    def test_results_that_a_cache_keeps_are_reported(self):
        numbers = iter(range(100))

        @functools.lru_cache(maxsize=None)
        def squared(number):
            return number * number

        (leak,) = self.leaks_of(lambda: squared(next(numbers)))
        self.assertEqual(leak.kind, "cache")

    def test_objects_that_were_expected_to_be_gone_are_reported(self):
        def run():
            session = Session()
            LEFT.append(session)
            refgraph.expect_gone(session)

        (leak,) = self.leaks_of(run)
        self.assertIn("Session", leak.qualname)

    def test_garbage_of_each_round_is_not_reported(self):
        def run():
            session = Session()
            session.close = lambda: session

        self.assertFalse(self.leaks_of(run))

    def test_a_name_that_no_class_has_is_warned_of(self):
        with self.assertWarnsRegex(UserWarning, "no class is named 'Sesion'"):
            refgraph.testing.objects_of_rounds(lambda: None, ["Sesion"], warmup=1, repeat=3)

    def test_types_that_grow_are_told_with_their_numbers(self):
        found, graph = refgraph.testing.objects_of_rounds(
            lambda: LEFT.append(Session()), ("Session", "Pool"), warmup=1, repeat=3
        )
        self.assertEqual(found["Session"][0], [5, 6, 7])
        self.assertEqual(len(found), 1)
        self.assertEqual(len(graph.find("type:Session not garbage")), 7)

    def test_the_object_that_is_shown_came_up_in_the_rounds(self):
        old = Session()
        LEFT.append([old])
        found, graph = refgraph.testing.objects_of_rounds(
            lambda: LEFT.append(Session()), ["Session"], warmup=1, repeat=3
        )
        self.assertIn(graph.node(found["Session"][1])["address"], set(map(id, LEFT[1:])))

    def test_no_types_are_refused(self):
        for names in ((), (Session,), ("",)):
            with self.assertRaisesRegex(refgraph.ArgumentError, "bad types .*: name some by their names"):
                refgraph.testing.objects_of_rounds(lambda: None, names, warmup=1, repeat=3)

    def test_a_function_that_has_not_run_is_refused(self):
        async def run():
            pass

        with self.assertRaisesRegex(TypeError, "step returned a coroutine, which has not run"):
            self.leaks_of(run)

    def test_too_few_rounds_are_refused(self):
        with self.assertRaisesRegex(refgraph.ArgumentError, "bad repeat 2: it is a number of rounds, 3 or more"):
            self.leaks_of(lambda: None, repeat=2)


if __name__ == "__main__":
    unittest.main()
