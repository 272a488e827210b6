"""Whether an object is alive or finished, and the field that said so; nothing is said where nothing is known."""

import asyncio
import collections
import concurrent.futures
import gc
import io
import os
import socket
import subprocess
import sys
import tempfile
import threading
import types
import unittest

import refgraph
from support import run_python

UNKNOWN = ("unknown", "")


def states_of(*objects):
    """What a bounded capture tells of each; a whole one must tell the same."""
    told = []
    for options in ({"max_depth": 0}, {}):
        graph, ids, _ = refgraph.Graph._capture(list(objects), **options)
        nodes = [graph.node(id) for id in ids]
        told.append([(node["state"], node["state_field"]) for node in nodes])
    if told[0] != told[1]:
        raise AssertionError(f"a bounded capture tells {told[0]}, a whole one {told[1]}")
    return told[0] if len(told[0]) > 1 else told[0][0]


def with_attributes(**attributes):
    instance = type("Thing", (), {})()
    for name, value in attributes.items():
        setattr(instance, name, value)
    return instance


class Flags(unittest.TestCase):
    def check(self, *cases):
        """Each case: the attributes of an instance, and what they tell."""
        told = states_of(*[with_attributes(**attributes) for attributes, _ in cases])
        for (attributes, expected), state in zip(cases, told):
            with self.subTest(str(attributes)):
                self.assertEqual(state, expected)

    def check_names(self, *names, if_true, if_false):
        """What a flag of each name tells; a word, or UNKNOWN."""

        def state(word, name):
            return UNKNOWN if word is UNKNOWN else (word, name)

        self.check(
            *[({name: True}, state(if_true, name)) for name in names],
            *[({name: False}, state(if_false, name)) for name in names],
        )

    def test_closed_and_the_like_tell_both(self):
        self.check_names(
            "closed", "_closed", "is_closed", "_is_closed", "done", "_finished", "stopped", "_stopped", "dead",
            "_destroyed", "disposed", "_terminated", "_shutdown", "completed", "exited",
            if_true="finished", if_false="alive",
        )

    def test_cancelled_and_the_like_tell_only_of_the_end(self):
        self.check_names(
            "cancelled", "_cancelled", "canceled", "aborted", "killed", "disconnected", "_deleted",
            if_true="finished", if_false=UNKNOWN,
        )

    def test_alive_tells_both(self):
        self.check_names(
            "alive", "is_alive", "_alive",
            if_true="alive", if_false="finished",
        )

    def test_running_and_the_like_tell_only_of_life(self):
        self.check_names(
            "running", "_running", "active", "is_open", "_open", "connected",
            if_true="alive", if_false=UNKNOWN,
        )

    def test_nothing_else_tells(self):
        attributes = (
            {"closed": None}, {"closed": 1}, {"closed": 0}, {"closed": "no"}, {"closed": lambda: True},
            {"enabled": True}, {"closing": True}, {"close": True}, {"not_closed": True},
            {"is_": True}, {"__": True}, {"_": True}, {"_loop": None}, {"visible": False}, {},
        )
        self.check(*[(each, UNKNOWN) for each in attributes])

    def test_one_that_says_finished_outweighs_those_that_only_deny_it(self):
        self.check(
            ({"closed": False, "cancelled": True}, ("finished", "cancelled")),
            ({"cancelled": True, "closed": False, "done": True}, ("finished", "cancelled")),
            ({"cancelled": False, "closed": False}, ("alive", "closed")),
        )

    def test_of_two_that_contradict_each_other_none_is_believed(self):
        self.check(({"closed": True, "running": True}, UNKNOWN), ({"alive": True, "done": True}, UNKNOWN))

    def test_in_slots(self):
        class Slotted:
            __slots__ = ("name", "_closed")

        closed, open_, unset = Slotted(), Slotted(), Slotted()
        closed._closed, open_._closed = True, False
        self.assertEqual(states_of(closed, open_, unset), [("finished", "_closed"), ("alive", "_closed"), UNKNOWN])

    def test_with_a_private_name(self):
        class Secretive:
            def __init__(self):
                self.__closed = True

        self.assertEqual(states_of(Secretive()), ("finished", "_Secretive__closed"))

    def test_in_attribute_dicts_of_every_kind(self):
        materialised, replaced, many = (with_attributes() for _ in range(3))
        vars(materialised)["closed"] = True
        replaced.__dict__ = {3: 1, "closed": True}
        many.closed = True
        for i in range(100):
            setattr(many, f"attribute_{i}", True)
        derived = type("Derived", (dict,), {})()
        derived.closed = True
        self.assertEqual(states_of(materialised, replaced, many, derived), [("finished", "closed")] * 4)

    def test_of_a_class_a_property_or_a_plain_dict_tell_nothing(self):
        class WithDefault:
            closed = True

        class WithProperty:
            @property
            def closed(self):
                raise AssertionError("a property was called")

            def __getattr__(self, name):
                raise AssertionError("__getattr__ was called")

        def function():
            pass

        function.closed = True
        module = types.ModuleType("module")
        module.closed = True
        self.assertEqual(states_of(WithDefault(), WithDefault, WithProperty(), {"closed": True}, function, module),
                         [UNKNOWN] * 6)


class TypesOfTheLibrary(unittest.TestCase):
    def test_generators(self):
        def generate():
            yield states_of(*running)

        suspended, new, finished, closed = generate(), generate(), (i for i in ()), generate()
        running = [generate()]
        (state,) = list(running[0])
        next(suspended, list(finished))
        closed.close()
        self.assertEqual(states_of(suspended, new, finished, closed),
                         [("alive", "gi_frame")] * 2 + [("finished", "gi_frame")] * 2)
        self.assertEqual(state, ("alive", "gi_frame"))

    def test_coroutines(self):
        async def work():
            pass

        async def produce():
            yield

        waiting, finished, asynchronous = work(), work(), produce()
        with self.assertRaises(StopIteration):
            finished.send(None)
        self.assertEqual(states_of(waiting, finished, asynchronous),
                         [("alive", "cr_frame"), ("finished", "cr_frame"), ("alive", "ag_frame")])
        waiting.close()

    def test_threads(self):
        class Worker(threading.Thread):
            pass

        stop = threading.Event()
        new, running, derived = threading.Thread(), threading.Thread(target=stop.wait), Worker(target=stop.wait)
        ended = threading.Thread(target=int)
        for thread in (running, derived, ended):
            thread.start()
        while ended.ident in threading._active:
            pass  # not joined: nobody asked whether it has ended
        try:
            self.assertEqual(states_of(new, running, derived, ended, threading.main_thread()),
                             [UNKNOWN, *[("alive", "is_alive")] * 2, ("finished", "is_alive"), ("alive", "is_alive")])
        finally:
            stop.set()
            running.join()
            derived.join()
        self.assertEqual(states_of(running, derived), [("finished", "is_alive")] * 2)

    def test_files(self):
        with tempfile.NamedTemporaryFile() as named:
            def make(*arguments, **options):
                return [open(named.name, *arguments, **options) for _ in range(2)]

            pairs = [make("rb", buffering=0), make("rb"), make("wb"), make("r+b"), make("r"), make("w"),
                     [io.BytesIO(b"bytes") for _ in range(2)], [io.StringIO("text") for _ in range(2)],
                     [io.BytesIO() for _ in range(2)], [io.StringIO() for _ in range(2)],
                     [io.BufferedReader(io.BytesIO(b"bytes")) for _ in range(2)]]
            for open_, closed in pairs:
                closed.close()
                with self.subTest(repr(open_)):
                    self.assertEqual(states_of(open_, closed), [("alive", "closed"), ("finished", "closed")])
                open_.close()
            wrapper = open(named.name)
            wrapper.detach().close()
            self.assertEqual(states_of(wrapper), UNKNOWN)

    def test_files_of_derived_classes(self):
        class File(io.FileIO):
            __slots__ = ("more",)

        open_, closed = File(os.devnull), File(os.devnull)
        closed.close()
        self.assertEqual(states_of(open_, closed), [("alive", "closed"), ("finished", "closed")])
        open_.close()

    def test_sockets(self):
        open_, closed = socket.socketpair()
        closed.close()
        self.assertEqual(states_of(open_, closed), [("alive", "_closed"), ("finished", "_closed")])
        open_.close()

    def test_futures_of_executors(self):
        new, running, done, failed, cancelled = (concurrent.futures.Future() for _ in range(5))
        running.set_running_or_notify_cancel()
        done.set_result(None)
        failed.set_exception(ValueError())
        cancelled.cancel()
        self.assertEqual(states_of(new, running, done, failed, cancelled),
                         [("alive", "_state")] * 2 + [("finished", "_state")] * 3)

    def test_futures_and_tasks_of_asyncio(self):
        async def wait(future):
            await future

        async def main():
            loop = asyncio.get_running_loop()
            pending, done, failed, cancelled = (loop.create_future() for _ in range(4))
            done.set_result(None)
            failed.set_exception(ValueError())
            failed.exception()
            cancelled.cancel()
            waiting, ended = loop.create_task(wait(pending)), loop.create_task(wait(done))
            # One written in Python has no field of its own before it is done.
            python, python_done = (asyncio.futures._PyFuture(loop=loop) for _ in range(2))
            python_done.set_result(1)
            await asyncio.sleep(0.01)
            told = states_of(pending, done, failed, cancelled, waiting, ended, python, python_done,
                             asyncio.current_task())
            pending.set_result(None)
            await waiting
            return told

        alive, finished = ("alive", "_state"), ("finished", "_state")
        self.assertEqual(asyncio.run(main()),
                         [alive, finished, finished, finished, alive, finished, UNKNOWN, finished, alive])

    def test_processes(self):
        process = subprocess.Popen([sys.executable, "-c", ""])
        self.assertEqual(states_of(process), UNKNOWN)
        process.wait()
        self.assertEqual(states_of(process), ("finished", "returncode"))

    def test_other_things_have_no_state(self):
        self.assertEqual(states_of([], {}, object(), 1, collections.deque(), len, threading.Lock()), [UNKNOWN] * 7)


class Probes(unittest.TestCase):
    def test_of_asyncio_are_made_by_the_first_capture_after_it_is_loaded(self):
        printed = run_python(
            "import refgraph, sys, gc\n"
            "refgraph.capture(); assert '_asyncio' not in sys.modules\n"
            "import _asyncio\n"
            "gc.set_threshold(1); before = gc.get_threshold()\n"
            "graph = refgraph.capture(); assert gc.isenabled() and gc.get_threshold() == before\n"
            "class Loop:\n"
            " def get_debug(self): return False\n"
            "future = _asyncio.Future(loop=Loop())\n"
            "graph = refgraph.capture(); print(graph.node(graph._find(future))['state'])\n"
            "future.cancel()\n"
            "graph = refgraph.capture(); print(graph.node(graph._find(future))['state'])\n"
        )
        self.assertEqual(printed, "alive\nfinished\n")

    def test_of_asyncio_run_nothing_that_a_program_put_in_the_place_of_a_type(self):
        printed = run_python(
            "import refgraph, sys, _asyncio\n"
            "class Replaced:\n"
            " def __init__(self, *args, **kwargs): print('called')\n"
            "sys.implementation, _asyncio.Future = object.__new__(Replaced), Replaced\n"
            "refgraph.capture()\n"
        )
        self.assertEqual(printed, "")

    def test_warn_of_nothing_and_leave_nothing_behind(self):
        run_python("import asyncio, refgraph; refgraph.capture()", PYTHONWARNINGS="error", PYTHONDEVMODE="1")
        states_of(asyncio)
        before = len([obj for obj in gc.get_objects() if isinstance(obj, asyncio.Future)])
        states_of(asyncio)
        self.assertEqual(len([obj for obj in gc.get_objects() if isinstance(obj, asyncio.Future)]), before)


if __name__ == "__main__":
    unittest.main()
