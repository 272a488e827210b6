"""What a capture finds, and that the program which is captured does not notice."""

import array
import gc
import os
import socket
import sys
import threading
import time
import tracemalloc
import unittest
import weakref

import refgraph
from support import references_of, run_python, steps, thing


class Contract(unittest.TestCase):
    def test_objects_and_references_are_those_that_the_collector_tells_and_what_it_need_not_see(self):
        *differing, summary = run_python("import contract; contract.main()").splitlines()
        self.assertEqual(differing, [])
        num_imported, _, num_compared, _, _, _, num_of_interned, *_ = summary.split()
        self.assertGreater(int(num_imported), 200)
        self.assertGreater(int(num_compared), 50_000)
        self.assertEqual(int(num_of_interned), sys.version_info >= (3, 14))


class NothingChanges(unittest.TestCase):
    def setUp(self):
        refgraph.capture()  # what a first call leaves behind in caches is not of a capture's making

    def refcount_changes(self, call):
        """How counts of all objects change while the result of `call` is alive, as (change, type)."""
        objects = gc.get_objects()
        before, after = (array.array("q", bytes(8 * len(objects))) for _ in range(2))
        for i in range(len(objects)):
            before[i] = sys.getrefcount(objects[i])
        result = call()
        for i in range(len(objects)):
            after[i] = sys.getrefcount(objects[i])
        del result
        return [
            (now - then, type(obj).__name__, getattr(obj, "__qualname__", ""))
            for obj, then, now in zip(objects, before, after)
            if now != then
        ]

    def test_a_graph_counts_for_nothing_but_its_own_type(self):
        # A Graph is an instance of a class that is written in Python, and holds it.
        self.assertEqual(self.refcount_changes(refgraph.capture), [(1, "type", "Graph")])

    def test_a_drawing_changes_no_refcount_of_what_it_shows(self):
        rows = [[1], [2]]
        before = [sys.getrefcount(rows), sys.getrefcount(rows[0])]
        drawings = [
            refgraph.show_refs([rows], highlight=lambda obj: False),
            refgraph.show_backrefs([rows], filter=lambda obj: True),
            refgraph.why(rows),
            refgraph.why_closures(),
        ]
        self.assertEqual([sys.getrefcount(rows), sys.getrefcount(rows[0])], before)
        self.assertEqual(len(drawings), 4)

    def test_a_capture_starts_no_collection(self):
        starts = []

        def note(phase, info):
            starts.append(phase)

        gc.collect()
        statistics = gc.get_stats()
        gc.callbacks.append(note)
        try:
            graph = refgraph.capture()
            drawing = refgraph.show_refs([starts])
        finally:
            gc.callbacks.remove(note)
        self.assertEqual(starts, [])
        self.assertEqual(gc.get_stats(), statistics)
        self.assertTrue(graph and drawing)

    def test_the_collector_stays_on_if_it_was_on(self):
        self.assertTrue(gc.isenabled())
        refgraph.capture()
        self.assertTrue(gc.isenabled())

    def test_the_collector_stays_off_if_it_was_off(self):
        gc.disable()
        try:
            refgraph.capture()
            refgraph.why([1])
            self.assertFalse(gc.isenabled())
        finally:
            gc.enable()

    def test_the_thresholds_of_the_collector_stay(self):
        before = gc.get_threshold()
        gc.set_threshold(650, 7, 8)
        try:
            refgraph.capture()
            self.assertEqual(gc.get_threshold(), (650, 7, 8))
        finally:
            gc.set_threshold(*before)

    def test_a_garbage_cycle_is_still_there_after_a_capture(self):
        gc.disable()
        try:
            cycle = thing("Cycle")
            cycle.itself = cycle
            witness = weakref.ref(cycle)
            del cycle
            refgraph.capture()
            self.assertIsNotNone(witness())
        finally:
            gc.enable()

    def test_the_list_of_frozen_objects_stays(self):
        before = gc.get_freeze_count()
        refgraph.capture()
        self.assertEqual(gc.get_freeze_count(), before)

    def test_an_exception_that_is_handled_stays(self):
        try:
            raise ValueError("one")
        except ValueError as error:
            refgraph.capture()
            with self.assertRaises(refgraph.ArgumentError):
                refgraph.capture().refs(error, filename="x.bad")
            self.assertIs(sys.exc_info()[1], error)


class NothingIsKept(unittest.TestCase):
    def witness_after(self, draw):
        """A weak reference to an object that nobody but the result of `draw`, which is given too, could hold."""
        obj = thing("Witness")
        obj.closure = lambda: obj.closure
        witness = weakref.ref(obj)
        result = draw(obj)
        del obj
        gc.collect()
        return witness(), result

    def test_a_graph_keeps_no_object(self):
        kept, graph = self.witness_after(lambda obj: refgraph.capture())
        self.assertIsNone(kept)
        self.assertGreater(graph.num_nodes, 1000)

    def test_a_drawing_of_references_keeps_no_object(self):
        kept, drawing = self.witness_after(lambda obj: refgraph.show_refs([obj]))
        self.assertIsNone(kept)
        self.assertIn("Witness", drawing.text)

    def test_a_drawing_of_referrers_keeps_no_object(self):
        kept, drawing = self.witness_after(lambda obj: refgraph.show_backrefs([obj]))
        self.assertIsNone(kept)
        self.assertIn("Witness", drawing.text)

    def test_a_drawing_made_with_callables_keeps_no_object(self):
        kept, drawing = self.witness_after(
            lambda obj: refgraph.show_backrefs(
                [obj],
                filter=lambda o: True,
                highlight=lambda o: True,
                extra_info=lambda o: "info",
                extra_node_attrs=lambda o: {"tooltip": "tip"},
            )
        )
        self.assertIsNone(kept)
        self.assertIn("Witness", drawing.text)

    def test_a_drawing_of_a_path_keeps_no_object(self):
        kept, drawing = self.witness_after(lambda obj: refgraph.why(obj))
        self.assertIsNone(kept)
        self.assertIn("Witness", drawing.text)

    def test_a_drawing_of_all_closures_keeps_no_object(self):
        kept, drawing = self.witness_after(lambda obj: refgraph.why_closures())
        self.assertIsNone(kept)
        self.assertIn("witness_after", drawing.text)

    def test_a_drawing_can_be_read_when_its_graph_and_objects_are_gone(self):
        kept, drawing = self.witness_after(lambda obj: refgraph.capture().refs(obj))
        self.assertIsNone(kept)
        self.assertIn("Witness", drawing.dot)
        self.assertIn("Witness", drawing.json())


class Audit(unittest.TestCase):
    HOOK = """
import sys, refgraph, refgraph.objgraph, refgraph.testing
thing = [refgraph]
def hear(event, args):
    if event.startswith("refgraph.") or event.startswith("gc."):
        print(event, len(args))
        if is_refused:
            raise PermissionError("nobody looks here")
is_refused = False
sys.addaudithook(hear)
"""

    def test_each_function_that_looks_at_live_objects_raises_an_event(self):
        for call in ("capture()", "show_refs([thing])", "show_backrefs([thing])", "why([thing])", "leaks()"):
            with self.subTest(call):
                self.assertEqual(run_python(f"{self.HOOK}\nrefgraph.{call}"), "refgraph.capture 0\n")

    def test_a_hook_may_refuse(self):
        code = "is_refused = True\ntry: refgraph.capture()\nexcept PermissionError as error: print(error)"
        self.assertEqual(run_python(f"{self.HOOK}\n{code}"), "refgraph.capture 0\nnobody looks here\n")

    def test_objects_that_were_not_passed_are_given_out_with_the_events_of_gc(self):
        for call, event in (
            ("by_type('Session')", "gc.get_objects 1"),
            ("at(id(thing))", "gc.get_objects 1"),
            ("find_backref_chain(thing, lambda obj: obj is not thing)", "gc.get_referrers 1"),
        ):
            with self.subTest(call):
                self.assertIn(event, run_python(f"{self.HOOK}\nrefgraph.objgraph.{call}").splitlines())


def nested(end, num_lists):
    chain = [end]
    for _ in range(num_lists):
        chain = [chain]
    return chain


class DepthAndSize(unittest.TestCase):
    def test_a_chain_of_a_million_lists_is_captured_and_its_end_found(self):
        end = thing("End")
        chain = nested(end, 1_000_000)
        graph = refgraph.capture()
        self.assertGreater(graph.num_nodes, 1_000_000)
        self.assertEqual(graph.backrefs(end, 1).nodes[0]["type"], "End")
        del end  # now only the chain leads to it
        self.assertEqual(references_of(chain), [("index", "0", "list")])

    def test_a_path_of_a_million_steps_is_drawn_within_the_budget(self):
        chain = nested(thing("End"), 1_000_000)
        graph = refgraph.capture()
        del chain
        drawing = graph.why(where="type:End")
        self.assertEqual([n["type"] for n in drawing.nodes if n["role"] == "target"], ["End"])
        self.assertLess(len(drawing.nodes), 10)
        self.assertIn("… 999 999 more items", drawing.text)

    def test_two_hundred_thousand_nested_tuples_are_captured(self):
        chain = (thing("End"),)
        for _ in range(200_000):
            chain = (chain,)
        self.assertGreater(refgraph.capture().num_nodes, 200_000)
        self.assertEqual(references_of(chain), [("index", "0", "tuple")])

    def test_a_list_with_a_million_items_is_one_node_and_what_fits(self):
        drawing = refgraph.show_refs([list(range(1_000_000))], too_many=3)
        self.assertEqual([n["label"] for n in drawing.nodes[1:4]], ["0", "1", "2"])
        self.assertIn("999 997", drawing.text)


def capture(**options):
    graph, _, _ = refgraph.Graph._capture((), **options)
    return graph


def nodes_by_address(graph):
    """What a graph tells of each object, but for its number."""
    nodes = [graph.node(id) for id in range(1, graph.num_nodes + 1)]
    return {
        node["address"]: (node["type"], node["label"], node["size"], node["refcount"], node["frozen"],
                          [(edge["kind"], edge["name"]) for edge in graph.references(node["id"])])
        for node in nodes if node["address"]
    }


class CollectorsLists(unittest.TestCase):
    def test_after_a_freeze_every_frozen_object_is_in_the_graph_and_told_apart(self):
        held = [thing("Frozen")]
        gc.collect()
        gc.freeze()
        try:
            count = gc.get_freeze_count()
            graph = capture()
            nodes = [graph.node(id) for id in range(1, graph.num_nodes + 1)]
            later = [[]]
            again = capture()
            young = again.node(again._find(later))
        finally:
            gc.unfreeze()
        self.assertEqual(len([node for node in nodes if node["frozen"]]), count)
        self.assertTrue(graph.node(graph._find(held[0]))["frozen"])
        self.assertFalse(young["frozen"])

    def test_frozen_garbage_that_nothing_reaches_is_in_the_graph(self):
        cycle = thing("Lost")
        cycle.itself = cycle
        address = id(cycle)
        gc.freeze()
        del cycle
        try:
            self.assertIn(address, nodes_by_address(capture()))
            self.assertIn(address, nodes_by_address(capture(isolated=True)))
        finally:
            gc.unfreeze()

    def test_the_lists_themselves_have_what_the_collector_tells(self):
        gc.collect()
        gc.disable()
        try:
            listed = {id(obj) for obj in gc.get_objects()}
            found = nodes_by_address(capture(isolated=True)).keys()
        finally:
            gc.enable()
        self.assertGreater(len(listed), 5000)
        self.assertLess(len(listed - found), 5)

    def test_the_lists_were_found_and_agree_with_the_documented_api(self):
        self.assertEqual(capture().process["mode"], "gil")

    def test_the_documented_api_alone_finds_the_same_objects_and_references(self):
        code = (
            "import gc, refgraph\n"
            "gc.collect(); gc.disable()\n"
            "graph = refgraph.capture()\n"
            "print(graph.process['mode'], graph.num_nodes, graph.num_edges, graph.losses, sep='\\n')"
        )
        mode, nodes, edges, losses = run_python(code).splitlines()
        other_mode, other_nodes, other_edges, other_losses = run_python(code, REFGRAPH_DOCUMENTED_API="1").splitlines()
        self.assertEqual((mode, other_mode), ("gil", "gil, documented API"))
        # From 3.12 on what the interpreter makes before the first module is frozen.
        self.assertLess(abs(int(nodes) - int(other_nodes)), 500)
        self.assertLess(abs(int(edges) - int(other_edges)), 2000)
        self.assertEqual(losses, "()")

    def test_the_documented_api_alone_says_that_frozen_objects_may_be_missing(self):
        if sys.version_info >= (3, 13, 3):
            self.skipTest("from 3.13.3 on it enumerates them")
        code = (
            "import gc, refgraph\n"
            "gc.collect(); gc.disable(); gc.freeze()\n"
            "graph = refgraph.capture()\n"
            "print(graph.losses == (('objects that gc.freeze() set apart: only those that others refer to',"
            " gc.get_freeze_count()),), graph.process['frozen'] == gc.get_freeze_count())"
        )
        self.assertEqual(run_python(code, REFGRAPH_DOCUMENTED_API="1"), "True True\n")

    def test_an_isolated_capture_tells_what_an_ordinary_one_does(self):
        # What the first capture leaves behind, such as its result, is there in the second.
        first, again, isolated = capture(), capture(), capture(isolated=True)
        expected, told = nodes_by_address(again), nodes_by_address(isolated)
        changed = {address for address, node in nodes_by_address(first).items() if expected.get(address) != node}
        self.assertGreater(len(expected), 5000)
        self.assertLess(len(changed), 50)
        # A float is written with all its digits there; unittest itself keeps one of each test.
        differing = {a for a, node in expected.items() if told.get(a) != node and node[0] != "float"}
        self.assertLess(len(differing), 50, [expected[address] for address in sorted(differing)[:5]])


class Process(unittest.TestCase):
    def test_says_who_was_captured_when_and_how(self):
        begin = time.time_ns()
        process = capture().process
        self.assertEqual(process["producer"], f"refgraph {refgraph.__version__}")
        self.assertEqual(process["interpreter"], f"CPython {sys.version.split()[0]}")
        self.assertEqual((process["host"], process["pid"], process["mode"]), (socket.gethostname(), os.getpid(), "gil"))
        self.assertLessEqual(begin, process["time_ns"])
        self.assertLessEqual(process["time_ns"], time.time_ns())

    def test_says_how_long_the_process_stood_still(self):
        begin = time.perf_counter_ns()
        graph = capture()
        whole = time.perf_counter_ns() - begin
        self.assertLess(graph.process["pause_ns"], whole)
        self.assertGreater(graph.process["pause_ns"], whole / 2)

    def test_says_what_the_collector_is_set_to(self):
        before = gc.get_threshold()
        gc.set_threshold(70_000, 11, 12)
        gc.disable()
        try:
            process = capture().process
            counts = gc.get_count()
        finally:
            gc.enable()
            gc.set_threshold(*before)
        self.assertEqual((process["collector_enabled"], process["thresholds"]), (False, (70_000, 11, 12)))
        self.assertEqual(process["counts"][1:], counts[1:])
        self.assertLess(abs(process["counts"][0] - counts[0]), 100)
        self.assertTrue(capture().process["collector_enabled"])

    def test_says_how_many_objects_are_frozen(self):
        gc.freeze()
        try:
            count = gc.get_freeze_count()
            self.assertEqual(capture().process["frozen"], count)
        finally:
            gc.unfreeze()


def make_closure(value):
    return lambda: value


class Allocations(unittest.TestCase):
    def captured(self, function):
        graph = capture()
        node = graph.node(graph._find(function))
        value = graph.node(graph._find(function.__closure__[0].cell_contents))
        return node["allocation"], value["allocation"]

    def test_are_the_lines_that_made_closures_and_what_they_capture(self):
        class Plain:
            pass

        class Slotted:
            __slots__ = ("slot", "__weakref__")

        # Types without a list of free objects, whose memory may have been allocated for another one.
        makers = [
            lambda: Plain(),
            lambda: Slotted(),
            lambda: {1, 2},
            lambda: bytearray(b"bytes"),
            lambda: "text" + str(os.getpid()),
            lambda: (i for i in ()),
            lambda: 10**100 + os.getpid(),
            lambda: type("Class", (dict,), {})(),
        ]
        tracemalloc.start(3)
        try:
            for make in makers:
                value = make()
                closure = make_closure(value)
                with self.subTest(type(value).__name__):
                    site, value_site = self.captured(closure)
                    self.assertEqual(site, (__file__, make_closure.__code__.co_firstlineno + 1))
                    self.assertEqual(value_site, (__file__, make.__code__.co_firstlineno))
            held = [Plain()]
            graph = capture()
            self.assertIsNone(graph.node(graph._find(held[0]))["allocation"])  # nobody captures it
        finally:
            tracemalloc.stop()

    def test_are_not_known_of_what_was_allocated_before_tracemalloc_was_started(self):
        before = make_closure(thing("Before"))
        tracemalloc.start()
        try:
            after = make_closure(before.__closure__[0].cell_contents)
            self.assertEqual(self.captured(before), (None, None))
            self.assertIsNotNone(self.captured(after)[0])
        finally:
            tracemalloc.stop()

    def test_are_not_known_without_tracemalloc(self):
        self.assertFalse(tracemalloc.is_tracing())
        self.assertEqual(self.captured(make_closure([])), (None, None))

    def test_are_looked_up_without_a_collection_and_leave_the_collector_as_it_was(self):
        phases = []

        def note(phase, info):
            phases.append(phase)

        before = gc.get_threshold()
        tracemalloc.start()
        gc.disable()
        try:
            closures = [make_closure([i]) for i in range(3000)]
            gc.callbacks.append(note)
            gc.set_threshold(1)
            graph = capture()
            self.assertEqual((gc.isenabled(), phases), (False, []))
            gc.enable()
            capture()
            self.assertTrue(gc.isenabled())
        finally:
            gc.enable()
            gc.set_threshold(*before)
            gc.callbacks.remove(note)
            tracemalloc.stop()
        self.assertIsNotNone(graph.node(graph._find(closures[-1]))["allocation"])


class OddMoments(unittest.TestCase):
    """Captures inside calls that Python makes from C, while an object is half changed."""

    def test_while_other_threads_change_what_is_read(self):
        shared = {"list": [], "dict": {}, "instance": thing("Instance")}
        stop = threading.Event()

        def churn(seed):
            i = seed
            while not stop.is_set():
                i += 1
                shared["dict"][i % 1000] = [i]
                shared["dict"].pop((i + 500) % 1000, None)
                shared["list"].append((i, [i]))
                if len(shared["list"]) > 500:
                    shared["list"].clear()
                setattr(shared["instance"], f"attribute_{i % 50}", {i})
                if i % 50 == 0:
                    shared["instance"].__dict__ = {}
                shared["instance"].__class__ = type("Instance", (), {})

        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        threads = [threading.Thread(target=churn, args=(seed,)) for seed in range(3)]
        try:
            for thread in threads:
                thread.start()
            for _ in range(8):
                graph = refgraph.capture()
                self.assertEqual(graph.refs(shared, 1).nodes[0]["type"], "dict")
                refgraph.show_refs([shared], max_depth=4, filter=lambda obj: True)
                refgraph.show_backrefs([shared], extra_info=lambda obj: "text")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            sys.setswitchinterval(before)

    def test_under_a_trace_function(self):
        events = []

        def trace(frame, event, argument):
            events.append(event)
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            drawing = refgraph.why([events])
        finally:
            sys.settrace(before)
        self.assertIn("call", events)
        self.assertEqual(steps(drawing), [("local", "events", "list")])

    def test_under_a_profile_function(self):
        events = []
        before = sys.getprofile()
        sys.setprofile(lambda frame, event, argument: events.append(event))
        try:
            drawing = refgraph.why([events])
        finally:
            sys.setprofile(before)
        self.assertIn("c_call", events)
        self.assertEqual(steps(drawing), [("local", "events", "list")])

    def test_inside_a_finalizer(self):
        drawings = []

        class Dying:
            def __del__(self):
                drawings.append(refgraph.show_refs([self]))
                drawings.append(refgraph.why(self))

        dying = Dying()
        dying.last = thing("Last")
        del dying
        self.assertIn("Last", [node["type"] for node in drawings[0].nodes])
        self.assertEqual([e["name"] for e in drawings[1].edges if e["kind"] == "local"][:1], ["self"])

    def test_inside_a_finalizer_that_a_collection_runs(self):
        drawings = []

        class Dying:
            def __del__(self):
                drawings.append(refgraph.capture().refs(self))

        dying = Dying()
        dying.itself = dying
        del dying
        gc.collect()
        self.assertEqual(len(drawings), 1)
        self.assertIn("itself", [edge["name"] for edge in drawings[0].edges])

    def test_inside_a_callback_of_the_collector(self):
        graphs = []

        def note(phase, info):
            graphs.append((phase, refgraph.capture().num_nodes))

        gc.callbacks.append(note)
        try:
            gc.collect()
        finally:
            gc.callbacks.remove(note)
        self.assertEqual([phase for phase, _ in graphs], ["start", "stop"])
        self.assertGreater(min(num for _, num in graphs), 1000)

    def test_inside_hash_and_eq_of_a_key_that_is_inserted(self):
        drawings = []

        class Key:
            def __hash__(self):
                drawings.append(refgraph.show_refs([table], 1))
                return 1

            def __eq__(self, other):
                drawings.append(refgraph.capture().refs(table, 1))
                return self is other

        table = {}
        for _ in range(6):  # the table is made larger meanwhile
            table[Key()] = thing("Value")
        self.assertEqual(len(drawings), 6 + 15)
        self.assertEqual([n["type"] for n in drawings[-1].nodes].count("Value"), 5)

    def test_inside_a_sort_a_list_is_empty(self):
        drawings = []
        rows = [3, 1, 2]

        def key(row):
            drawings.append(refgraph.show_refs([rows], 1))
            drawings.append(refgraph.capture().refs(rows, 1))
            return row

        rows.sort(key=key)
        self.assertEqual([drawing.edges for drawing in drawings], [[]] * 6)
        self.assertEqual(rows, [1, 2, 3])

    def test_inside_a_callback_of_a_weak_reference(self):
        drawings = []
        obj = thing("Gone")
        reference = weakref.ref(obj, lambda ref: drawings.append(refgraph.capture().refs(ref, 1)))
        del obj
        self.assertEqual([e["kind"] for e in drawings[0].edges if e["kind"] == "weak"], [])
        self.assertIsNone(reference())

    def test_inside_a_generator_that_fills_a_tuple(self):
        drawings = []

        def items():
            for i in range(8):
                drawings.append(refgraph.capture().num_nodes)
                yield [i]

        self.assertEqual(len(tuple(items())), 8)
        self.assertGreater(min(drawings), 1000)

    def test_inside_a_generator_its_variables_belong_to_a_running_frame(self):
        def generate():
            inside = thing("Inside")
            yield refgraph.why(inside)

        (drawing,) = generate()
        self.assertEqual(steps(drawing), [("local", "inside", "Inside")])
        self.assertEqual([node["type"] for node in drawing.nodes if node["role"] == "root"], ["frame"])
        self.assertIn("generate", drawing.text.splitlines()[0])

    def test_inside_the_making_of_a_class(self):
        drawings = []

        class Meta(type):
            @classmethod
            def __prepare__(meta, name, bases):
                drawings.append(refgraph.capture().num_nodes)
                return {}

            def __new__(meta, name, bases, namespace):
                drawings.append(refgraph.capture().num_nodes)
                return super().__new__(meta, name, bases, namespace)

            def mro(cls):
                drawings.append(refgraph.show_refs([cls]).nodes[0]["label"])
                drawings.append(refgraph.capture().num_nodes)
                return super().mro()

        class Descriptor:
            def __set_name__(self, owner, name):
                drawings.append(refgraph.capture().refs(owner).nodes[0]["label"])

        class Made(metaclass=Meta):
            attribute = Descriptor()
            drawings.append(refgraph.capture().num_nodes)

        self.assertEqual(len([drawing for drawing in drawings if isinstance(drawing, int)]), 4)
        self.assertIn(Made.__qualname__, drawings[-1])

    def test_with_a_class_changed_and_an_attribute_dict_exchanged(self):
        class First:
            pass

        class Second:
            pass

        instance = First()
        instance.old = thing("Old")
        instance.__class__ = Second
        instance.new = thing("New")
        self.assertEqual(references_of(instance), [("attribute", "old", "Old"), ("attribute", "new", "New")])

    def test_frozen_objects_are_found_by_what_refers_to_them(self):
        holder = thing("Holder")
        holder.frozen = thing("Frozen")
        gc.freeze()
        try:
            drawing = refgraph.why(holder.frozen)
            self.assertEqual(steps(drawing), [("local", "holder", "Holder"), ("attribute", "frozen", "Frozen")])
        finally:
            gc.unfreeze()

    def test_with_tracemalloc_on(self):
        printed = run_python(
            "import tracemalloc; tracemalloc.start(5)\n"
            "import refgraph; held = [[1]]\n"
            "print(refgraph.why(held).text.splitlines()[1])"
        )
        self.assertIn("held → list", printed)


if __name__ == "__main__":
    unittest.main()
