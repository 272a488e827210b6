"""What each call draws, and that its parameters mean what they mean in objgraph."""

import collections
import gc
import inspect
import io
import json
import os
import sys
import tempfile
import threading
import types
import unittest
import weakref

import refgraph
from support import references, run_python, steps, thing

OBJGRAPH_PARAMETERS = [
    ("objs", inspect.Parameter.empty),
    ("max_depth", 3),
    ("extra_ignore", ()),
    ("filter", None),
    ("too_many", 10),
    ("highlight", None),
    ("filename", None),
    ("extra_info", None),
    ("refcounts", False),
    ("shortnames", True),
    ("output", None),
    ("extra_node_attrs", None),
]


def types_in(drawing):
    return [node["type"] for node in drawing.nodes]


def roles(drawing, role):
    return [node["type"] for node in drawing.nodes if node["role"] == role]


class Signatures(unittest.TestCase):
    def test_the_drawing_calls_take_the_parameters_of_objgraph_in_its_order(self):
        for call in (refgraph.show_refs, refgraph.show_backrefs):
            parameters = list(inspect.signature(call).parameters.values())
            with self.subTest(call.__name__):
                self.assertEqual([(p.name, p.default) for p in parameters[:12]], OBJGRAPH_PARAMETERS)
                self.assertEqual({p.kind for p in parameters[:12]}, {inspect.Parameter.POSITIONAL_OR_KEYWORD})
                self.assertEqual({p.kind for p in parameters[12:]}, {inspect.Parameter.KEYWORD_ONLY})

    def test_parameters_by_position_mean_the_same(self):
        obj = [[[thing("Deep")]]]
        output = io.StringIO()
        drawing = refgraph.show_refs(
            [obj], 2, (), lambda o: True, 5, lambda o: False, None, lambda o: "info", True, False, output, lambda o: {}
        )
        self.assertEqual(types_in(drawing), ["list"] * 3)
        self.assertEqual(output.getvalue(), drawing.dot)
        self.assertIn("info", drawing.dot)

    def test_why_takes_what_is_promised(self):
        parameters = inspect.signature(refgraph.why).parameters
        self.assertEqual(list(parameters)[:3], ["objs", "max_paths", "filename"])
        self.assertEqual(parameters["max_paths"].kind, inspect.Parameter.KEYWORD_ONLY)

    def test_why_closures_takes_what_is_promised(self):
        parameters = inspect.signature(refgraph.why_closures).parameters
        self.assertEqual([(p.name, p.default) for p in parameters.values()][:3], [("limit", 50), ("all", False), ("filename", None)])


class Targets(unittest.TestCase):
    def test_a_list_is_a_list_of_targets(self):
        drawing = refgraph.show_refs([thing("A"), thing("B")])
        self.assertEqual(roles(drawing, "target"), ["A", "B"])

    def test_a_tuple_is_a_list_of_targets(self):
        self.assertEqual(roles(refgraph.show_refs((thing("A"), thing("B"))), "target"), ["A", "B"])

    def test_a_namedtuple_is_a_list_of_targets(self):
        pair = collections.namedtuple("Pair", "left right")(thing("A"), thing("B"))
        self.assertEqual(roles(refgraph.show_refs(pair), "target"), ["A", "B"])

    def test_anything_else_is_one_target(self):
        for obj in ({"a": 1}, {1}, thing("A"), Signatures, len):
            with self.subTest(type(obj)):
                self.assertEqual(len(roles(refgraph.show_refs(obj), "target")), 1)

    def test_a_target_given_twice_is_drawn_once(self):
        obj = thing("A")
        self.assertEqual(types_in(refgraph.show_refs([obj, obj])), ["A"])

    def test_no_targets_give_an_empty_picture(self):
        for call in (refgraph.show_refs, refgraph.show_backrefs, refgraph.why):
            with self.subTest(call.__name__):
                self.assertEqual(call([]).nodes, [])


class Selection(unittest.TestCase):
    def nested(self, depth):
        obj = thing("Deepest")
        for i in range(depth):
            outer = thing(f"Depth{depth - 1 - i}")
            outer.inner = obj
            obj = outer
        return obj

    def test_depth_counts_references(self):
        for depth in (0, 1, 2, 5):
            drawing = refgraph.show_refs([self.nested(9)], depth)
            with self.subTest(depth):
                self.assertEqual(types_in(drawing), [f"Depth{i}" for i in range(depth + 1)])

    def test_steps_such_as_cells_and_attribute_dicts_cost_no_depth(self):
        def outer():
            value = thing("Value")
            return lambda: value

        self.assertEqual(types_in(refgraph.show_refs([outer()], 1)), ["function", "Value"])

    def test_extra_ignore_takes_ids_away(self):
        ignored, drawn = thing("Ignored"), thing("Drawn")
        drawing = refgraph.show_refs([[ignored, drawn]], extra_ignore=[id(ignored)])
        self.assertEqual(types_in(drawing), ["list", "Drawn"])

    def test_extra_ignore_takes_referrers_away(self):
        target, ignored, drawn = thing("Target"), thing("Ignored"), thing("Drawn")
        ignored.held = drawn.held = target
        drawing = refgraph.show_backrefs([target], 1, extra_ignore=(id(ignored),))
        self.assertNotIn("Ignored", types_in(drawing))
        self.assertIn("Drawn", types_in(drawing))

    def test_a_filter_decides_what_is_drawn(self):
        drawing = refgraph.show_refs([[thing("No"), thing("Yes")]], filter=lambda obj: type(obj).__name__ == "Yes")
        self.assertEqual(types_in(drawing), ["list", "Yes"])

    def test_a_filter_is_not_asked_about_targets(self):
        target = thing("Target")
        asked = []
        drawing = refgraph.show_refs([target], filter=lambda obj: asked.append(obj))
        self.assertEqual(types_in(drawing), ["Target"])
        self.assertNotIn(target, asked)

    def test_what_lies_behind_a_filtered_object_is_not_drawn(self):
        drawing = refgraph.show_refs([self.nested(3)], filter=lambda obj: type(obj).__name__ != "Depth1")
        self.assertEqual(types_in(drawing), ["Depth0"])

    def test_a_filter_makes_room_for_what_it_lets_through(self):
        rows = [0.5] * 900 + [thing("Last")]
        drawing = refgraph.show_refs([rows], filter=lambda obj: not isinstance(obj, float))
        self.assertEqual(types_in(drawing), ["list", "Last"])

    def test_a_filter_of_referrers_decides_too(self):
        target, no, yes = thing("Target"), thing("No"), thing("Yes")
        no.held = yes.held = target
        drawing = refgraph.show_backrefs([target], 1, filter=lambda obj: type(obj).__name__ != "No")
        self.assertNotIn("No", types_in(drawing))
        self.assertIn("Yes", types_in(drawing))

    def test_beyond_too_many_references_the_rest_is_counted(self):
        drawing = refgraph.show_refs([[[i] for i in range(15)]], too_many=4)
        self.assertEqual(types_in(drawing).count("list"), 5)
        self.assertEqual([n["label"] for n in drawing.nodes if n["role"] == "cut"], ["… 11 more items"])
        self.assertIn("… 11 more", drawing.text)
        self.assertIn("… 11 more", drawing.dot)

    def test_too_many_means_ten_if_nothing_is_said(self):
        drawing = refgraph.show_refs([[[i] for i in range(12)]], 1)
        self.assertEqual(types_in(drawing).count("list"), 11)
        self.assertEqual(roles(drawing, "cut"), [""])

    def test_exactly_as_many_as_allowed_are_all_drawn(self):
        drawing = refgraph.show_refs([[[i] for i in range(10)]], 1)
        self.assertEqual(roles(drawing, "cut"), [])

    def test_beyond_too_many_referrers_the_rest_is_counted(self):
        target = thing("Target")
        holders = [[target] for _ in range(30)]
        drawing = refgraph.show_backrefs([target], 1, too_many=5)
        cut = [node["label"] for node in drawing.nodes if node["role"] == "cut"]
        self.assertEqual(len(cut), 1)
        self.assertRegex(cut[0], r"^… 2\d more")
        self.assertEqual(len(holders), 30)

    def test_the_budget_takes_the_nearest_first_and_counts_the_rest(self):
        rows = [[[thing("Leaf")] for _ in range(9)] for _ in range(9)]
        drawing = refgraph.show_refs([rows], 3, max_nodes=10)
        self.assertEqual(types_in(drawing)[:10], ["list"] * 10)
        self.assertEqual(len([n for n in drawing.nodes if n["role"] != "cut"]), 10)
        self.assertIn("not drawn", drawing.caption)
        # Nine of the nearest lists hold nine references each, none of which is there.
        cut = [node["label"] for node in drawing.nodes if node["role"] == "cut"]
        self.assertEqual(cut, ["… 9 more items"] * 9)

    def test_internals_are_drawn_if_asked_for(self):
        def function():
            pass

        without = [name for _, name, _ in references(refgraph.show_refs(function))]
        within = [name for _, name, _ in references(refgraph.show_refs(function, internals=True))]
        self.assertNotIn("__globals__", without)
        self.assertIn("__globals__", within)


class Looks(unittest.TestCase):
    def test_what_is_highlighted_is_drawn_otherwise(self):
        obj = [thing("A"), thing("B")]
        plain = refgraph.show_refs([obj])
        drawn = refgraph.show_refs([obj], highlight=lambda o: type(o).__name__ == "B")
        self.assertNotEqual(plain.dot, drawn.dot)
        changed = [new for old, new in zip(plain.dot.splitlines(), drawn.dot.splitlines()) if old != new]
        self.assertTrue(changed)
        self.assertFalse([line for line in changed if "label=A" in line or 'label="A"' in line])

    def test_extra_info_stands_in_the_box(self):
        drawing = refgraph.show_refs([thing("A")], extra_info=lambda obj: f"info about {type(obj).__name__}")
        self.assertIn("info about A", drawing.dot)

    def test_extra_info_may_be_any_object(self):
        self.assertIn("4711", refgraph.show_refs([thing("A")], extra_info=lambda obj: 4711).dot)

    def test_extra_node_attributes_reach_graphviz(self):
        drawing = refgraph.show_refs([thing("A")], extra_node_attrs=lambda obj: {"tooltip": "more words", "id": None})
        self.assertIn('tooltip="more words"', drawing.dot)
        self.assertNotIn("id=", drawing.dot)

    def test_attributes_by_which_graphviz_would_read_files_or_link_are_left_out(self):
        attributes = {name: "/etc/passwd" for name in ("image", "shapefile", "URL", "href")}
        self.assertNotIn("passwd", refgraph.show_refs([thing("A")], extra_node_attrs=lambda obj: attributes).dot)

    def test_refcounts_say_how_many_hold_an_object(self):
        held, outer = thing("Held"), thing("Outer")
        outer.held = held
        holders = [held] * 7
        drawing = refgraph.show_refs([outer], refcounts=True)
        (label,) = [node["label"] for node in drawing.nodes if node["type"] == "Held"]
        self.assertIn(f"{1 + 1 + len(holders)} references", label)

    def test_the_call_itself_is_not_among_the_references_that_are_counted(self):
        obj = thing("Target")
        (node,) = refgraph.show_refs(obj, refcounts=True).nodes
        self.assertEqual(node["label"], "Target, 1 reference")
        kept = [obj]
        (node,) = refgraph.show_refs(kept, refcounts=True).nodes
        self.assertEqual(node["label"], "Target, 2 references")

    def test_long_type_names_have_their_module(self):
        obj = collections.OrderedDict()
        self.assertIn("collections.OrderedDict", refgraph.show_refs(obj, shortnames=False).text)
        self.assertNotIn("collections.OrderedDict", refgraph.show_refs(obj).text)

    def test_the_direction_can_be_chosen(self):
        for rankdir in ("LR", "TB"):
            with self.subTest(rankdir):
                self.assertIn(f"rankdir={rankdir}", refgraph.show_refs([[1]], rankdir=rankdir).dot)

    def test_a_direction_that_is_none_is_refused(self):
        with self.assertRaisesRegex(refgraph.ArgumentError, "'LR', 'TB'"):
            refgraph.show_refs([[1]], rankdir="UP")

    def test_the_caption_can_be_left_out(self):
        drawing = refgraph.show_refs([[1]], caption=False)
        self.assertNotIn("max_depth", drawing.dot)
        self.assertIn("max_depth=3", refgraph.show_refs([[1]]).dot)


class Output(unittest.TestCase):
    def test_a_file_object_gets_dot_and_stays_open(self):
        output = io.StringIO()
        drawing = refgraph.show_refs([thing("A")], output=output)
        self.assertEqual(output.getvalue(), drawing.dot)
        self.assertFalse(output.closed)

    def test_filename_and_output_together_are_refused_before_anything_is_written(self):
        for call in (refgraph.show_refs, refgraph.show_backrefs, refgraph.capture().refs, refgraph.capture().backrefs):
            output = io.StringIO()
            with self.subTest(call), tempfile.TemporaryDirectory() as folder:
                name = os.path.join(folder, "picture.dot")
                with self.assertRaisesRegex(ValueError, "Cannot specify both output and filename."):
                    call([sys], filename=name, output=output)
                self.assertEqual(output.getvalue(), "")
                self.assertEqual(os.listdir(folder), [])

    def test_every_call_writes_a_file_and_gives_the_drawing(self):
        graph = refgraph.capture()
        obj = self
        for call, arguments in [
            (refgraph.show_refs, ([obj],)),
            (refgraph.show_backrefs, ([obj],)),
            (refgraph.why, ([obj],)),
            (refgraph.why_closures, ()),
            (graph.refs, ([obj],)),
            (graph.backrefs, ([obj],)),
            (graph.why, ([obj],)),
            (graph.why_closures, ()),
        ]:
            with self.subTest(call), tempfile.TemporaryDirectory() as folder:
                name = os.path.join(folder, "picture.dot")
                drawing = call(*arguments, filename=name)
                with open(name, encoding="utf-8") as file:
                    self.assertEqual(file.read(), drawing.dot)

    def test_nothing_is_printed(self):
        code = (
            "import refgraph\n"
            "refgraph.show_refs([[1]]); refgraph.show_backrefs([[1]]); refgraph.why([[1]]); refgraph.why_closures()"
        )
        self.assertEqual(run_python(code), "")


class Callables(unittest.TestCase):
    """They are the program's: they may do whatever a program does."""

    def setUp(self):
        self.rows = [thing("A"), thing("B"), [thing("C")]]

    def draw_both(self, **callables):
        forward = refgraph.show_refs([self.rows], **callables)
        backward = refgraph.show_backrefs([self.rows[0]], 2, **callables)
        return forward, backward

    def test_callables_may_make_objects(self):
        made = []

        def make(obj):
            made.append([{} for _ in range(2000)])
            return True

        forward, _ = self.draw_both(filter=make, highlight=make, extra_info=make)
        self.assertEqual(types_in(forward), ["list", "A", "B", "list", "C"])

    def test_callables_may_run_the_collector(self):
        def collect(obj):
            gc.collect()
            return True

        # The heap is large and each collection walks it: only what matters is asked about.
        forward = refgraph.show_refs([self.rows], filter=collect, highlight=collect)
        self.assertEqual(types_in(forward), ["list", "A", "B", "list", "C"])

    def test_callables_may_change_what_is_drawn(self):
        def clear(obj):
            self.rows.clear()
            return True

        forward = refgraph.show_refs([self.rows], filter=clear, extra_info=lambda obj: type(obj).__name__)
        self.assertEqual(types_in(forward), ["list", "A", "B", "list", "C"])
        self.assertEqual(self.rows, [])

    def test_callables_may_let_other_threads_run(self):
        stop = threading.Event()
        thread = threading.Thread(target=stop.wait)
        thread.start()

        def hand_over(obj):
            other = threading.Thread(target=self.rows.append, args=(thing("Late"),))
            other.start()
            other.join()
            return True

        try:
            forward = refgraph.show_refs([self.rows], filter=hand_over)
        finally:
            stop.set()
            thread.join()
        self.assertEqual(types_in(forward), ["list", "A", "B", "list", "C"])

    def test_what_a_callable_raises_reaches_the_caller(self):
        class Own(Exception):
            pass

        def fail(obj):
            raise Own("own")

        for name in ("filter", "highlight", "extra_info", "extra_node_attrs"):
            for call in (refgraph.show_refs, refgraph.show_backrefs):
                with self.subTest(name), self.assertRaisesRegex(Own, "own"):
                    call([self.rows[2]], **{name: fail})

    def test_nothing_is_kept_when_a_callable_raises(self):
        def fail(obj):
            raise ValueError

        witness = weakref.ref(self.rows[0])
        with self.assertRaises(ValueError):
            refgraph.show_refs([self.rows], extra_info=fail)
        self.rows.clear()
        self.assertIsNone(witness())

    def test_a_callable_may_draw(self):
        drawings = []

        def draw(obj):
            drawings.append(refgraph.show_refs([obj]))
            return True

        refgraph.show_refs([self.rows], filter=draw)
        self.assertEqual([drawing.nodes[0]["type"] for drawing in drawings], ["A", "B", "list", "C"])


class Backrefs(unittest.TestCase):
    def test_holders_are_drawn_with_the_names_by_which_they_hold(self):
        target, holder = thing("Target"), thing("Holder")
        holder.attribute = target
        drawing = refgraph.show_backrefs([target], 1)
        types_of = {node["id"]: node["type"] for node in drawing.nodes}
        held = {(types_of[e["source"]], e["kind"], e["name"]) for e in drawing.edges}
        self.assertIn(("Holder", "attribute", "attribute"), held)
        self.assertIn(("frame", "local", "target"), held)

    def test_a_closure_holds_by_the_name_of_its_variable(self):
        target = thing("Target")

        def closure():
            return target

        drawing = refgraph.show_backrefs([target], 1)
        types_of = {node["id"]: node["type"] for node in drawing.nodes}
        held = {(types_of[e["source"]], e["kind"], e["name"]) for e in drawing.edges}
        self.assertIn(("function", "captured", "target"), held)
        self.assertTrue(closure)

    def test_modules_and_frames_are_drawn_and_not_followed(self):
        target = thing("Target")
        module = types.ModuleType("module")
        module.target = target
        sys.modules["module_of_a_test"] = module
        try:
            drawing = refgraph.show_backrefs([target], 5)
        finally:
            del sys.modules["module_of_a_test"]
        ends = {n["id"] for n in drawing.nodes if n["type"] in ("module", "frame")}
        self.assertEqual(sorted(t for t in types_in(drawing) if t in ("module", "frame")), ["frame", "module"])
        self.assertFalse([e for e in drawing.edges if e["target"] in ends])

    def test_the_list_of_targets_is_no_holder(self):
        target = thing("Target")
        for drawing in (
            refgraph.show_backrefs([target], 2),
            refgraph.show_backrefs((target,), 2),
            refgraph.show_backrefs(target, 2),
            refgraph.show_backrefs([target], 2, filter=lambda obj: True),
            refgraph.show_backrefs([target], 2, extra_info=lambda obj: ""),
        ):
            self.assertEqual(sorted(types_in(drawing)), ["Target", "frame"])

    def test_a_list_of_targets_that_the_program_keeps_is_a_holder(self):
        target = thing("Target")
        kept = [target]
        drawing = refgraph.show_backrefs(kept, 1)
        self.assertEqual(sorted(types_in(drawing)), ["Target", "frame", "list"])

    def test_frames_of_the_call_itself_are_not_there(self):
        target = thing("Target")
        graph_drawing = refgraph.capture().backrefs(target, 4)
        for drawing in (refgraph.show_backrefs([target], 4), refgraph.why(target, max_paths=5), graph_drawing):
            labels = " ".join(node["label"] for node in drawing.nodes)
            self.assertIn("test_frames_of_the_call", labels)
            self.assertEqual(types_in(drawing).count("frame"), 1)

    def test_weak_holders_are_drawn_as_weak(self):
        target = thing("Target")
        reference = weakref.ref(target)
        drawing = refgraph.show_backrefs([target], 1)
        self.assertEqual([e["kind"] for e in drawing.edges if e["kind"] == "weak"], ["weak"])
        self.assertTrue(reference())


class Why(unittest.TestCase):
    def test_an_attribute_of_a_module_is_found(self):
        module = types.ModuleType("module")
        sys.modules["module_of_a_test"] = module
        module.setting = thing("Setting")
        try:
            drawing = refgraph.why(module.setting)
        finally:
            del sys.modules["module_of_a_test"]
        self.assertEqual(roles(drawing, "root"), ["module"])
        self.assertEqual([(e["kind"], e["name"]) for e in drawing.edges], [("attribute", "setting")])

    def test_a_suspended_generator_is_a_step_and_no_root(self):
        def generate():
            inside = thing("Inside")
            yield weakref.ref(inside)

        generator = generate()
        witness = next(generator)
        drawing = refgraph.why(witness())
        self.assertEqual(steps(drawing), [("local", "generator", "generator"), ("local", "inside", "Inside")])
        self.assertNotIn("generator", roles(drawing, "root"))

    def test_a_suspended_coroutine_is_a_step_and_no_root(self):
        @types.coroutine
        def suspend(value):
            yield value

        async def work():
            inside = thing("Inside")
            await suspend(weakref.ref(inside))

        coroutine = work()
        witness = coroutine.send(None)
        drawing = refgraph.why(witness())
        self.assertEqual(steps(drawing), [("local", "coroutine", "coroutine"), ("local", "inside", "Inside")])
        coroutine.close()

    def test_a_closure_on_the_path_holds_by_the_name_of_its_variable(self):
        def outer():
            screen = thing("Screen")
            return (lambda: screen), weakref.ref(screen)

        closure, witness = outer()
        drawing = refgraph.why(witness())
        self.assertEqual(steps(drawing), [("local", "closure", "function"), ("captured", "screen", "Screen")])

    def test_the_shortest_path_is_taken(self):
        target = thing("Target")
        deep = [[[[target]]]]
        short = [target]
        witness = weakref.ref(target)
        del target
        drawing = refgraph.why(witness())
        self.assertEqual(steps(drawing), [("local", "short", "list"), ("index", "0", "Target")])
        self.assertTrue(deep)

    def test_weak_references_are_on_no_path(self):
        target = thing("Target")
        witness = weakref.ref(target)
        cycle = thing("Cycle")
        cycle.target, cycle.itself = target, cycle
        del target, cycle
        gc.disable()
        try:
            drawing = refgraph.why(witness())
            self.assertEqual([edge["kind"] for edge in drawing.edges if edge["kind"] == "weak"], [])
            self.assertIn("no path from a root", drawing.text)
        finally:
            gc.enable()

    def test_an_object_that_nothing_reaches_is_said_to_be_so(self):
        cycle = thing("Cycle")
        cycle.itself = cycle
        graph, (node,), _ = refgraph.Graph._capture([cycle])
        witness = weakref.ref(cycle)
        del cycle
        gc.disable()
        try:
            drawing = refgraph.why(witness())
        finally:
            gc.enable()
        self.assertEqual(drawing.caption, "why · no path from a root")
        self.assertEqual(roles(drawing, "root"), [])
        self.assertIn("local", [edge["kind"] for edge in graph.why(id=node).edges])

    def test_more_paths_lead_through_other_holders(self):
        target = thing("Target")
        first, second, third = thing("First"), thing("Second"), thing("Third")
        first.held = second.held = third.held = target
        witness = weakref.ref(target)
        del target
        for num in (1, 2, 3):
            drawing = refgraph.why(witness(), max_paths=num)
            ends = [e for e in drawing.edges if e["name"] == "held"]
            with self.subTest(num):
                self.assertEqual(len({edge["source"] for edge in ends}), num)

    def test_each_object_has_its_path(self):
        first, second = thing("First"), thing("Second")
        drawing = refgraph.why([first, second])
        self.assertEqual(sorted(roles(drawing, "target")), ["First", "Second"])
        self.assertEqual(sorted(edge["name"] for edge in drawing.edges), ["first", "second"])

    def test_a_module_itself_is_a_root(self):
        drawing = refgraph.why(sys)
        self.assertEqual(len(drawing.nodes), 1)
        self.assertEqual(drawing.edges, [])

    def test_an_object_that_an_interpreter_holds_for_its_end_is_found(self):
        printed = run_python(
            "import atexit, refgraph\n"
            "def make():\n"
            "    obj = type('Registered', (), {'close': lambda self: None})()\n"
            "    atexit.register(obj.close)\n"
            "    return id(obj)\n"
            "address = make()\n"
            "graph = refgraph.capture()\n"
            "(node,) = [i for i in range(1, graph.num_nodes + 1) if graph.node(i)['address'] == address]\n"
            "print(graph.why(id=node).text)"
        )
        self.assertIn("atexit", printed)


class Graphs(unittest.TestCase):
    def test_a_graph_answers_by_object_and_by_id(self):
        obj = thing("Object")
        graph = refgraph.capture()
        by_object = graph.why(obj)
        (node,) = [n["id"] for n in by_object.nodes if n["role"] == "target"]
        self.assertEqual(graph.why(id=node).dot, by_object.dot)
        self.assertEqual(graph.refs(id=node).dot, graph.refs(obj).dot)
        self.assertEqual(graph.backrefs(id=node).dot, graph.backrefs(obj).dot)

    def test_a_graph_does_not_know_an_object_made_later(self):
        graph = refgraph.capture()
        for later in [thing("Later") for _ in range(1000)]:
            with self.assertRaisesRegex(refgraph.NotFoundError, "made after the capture") as caught:
                graph.why(later)
            self.assertIsInstance(caught.exception, LookupError)

    def test_an_id_that_is_none_is_refused(self):
        graph = refgraph.capture()
        for node in (0, -1, graph.num_nodes + 1, 2**70):
            with self.subTest(node), self.assertRaises(refgraph.NotFoundError):
                graph.why(id=node)

    def test_either_object_or_id_is_wanted(self):
        graph = refgraph.capture()
        for call in (graph.why, graph.refs, graph.backrefs):
            with self.subTest(call), self.assertRaises(TypeError):
                call()
            with self.subTest(call), self.assertRaises(TypeError):
                call(sys, id=1)

    def test_a_graph_stays_as_it_was(self):
        obj = thing("Object")
        obj.attribute = thing("Before")
        graph = refgraph.capture()
        obj.attribute = thing("After")
        self.assertEqual(types_in(graph.refs(obj)), ["Object", "Before"])

    def test_the_repr_of_a_graph_is_one_line_that_counts(self):
        graph = refgraph.capture()
        self.assertEqual(repr(graph), f"<refgraph.Graph: {graph.num_nodes} objects, {graph.num_edges} references>")

    def test_references_and_referrers_agree(self):
        obj = [thing("Item")]
        graph, ids, _ = refgraph.Graph._capture([obj, obj[0]])
        (edge,) = graph.references(ids[0])
        self.assertEqual((edge["source"], edge["target"], edge["kind"], edge["name"]), (*ids, "index", "0"))
        self.assertIn(edge, graph.referrers(ids[1]))


class WhyClosures(unittest.TestCase):
    @staticmethod
    def make(count):
        def outer(value):
            def repeated_inner():
                return value

            return repeated_inner

        return [outer([i]) for i in range(count)]

    def test_closures_of_one_site_are_one_box_with_their_count(self):
        closures = self.make(37)
        drawing = refgraph.why_closures(all=True)
        sites = [site for site in json.loads(drawing.json())["closures"] if "repeated_inner" in json.dumps(site)]
        self.assertEqual([site["count"] for site in sites], [37])
        self.assertEqual(len(closures), 37)

    def test_every_site_is_listed_drawn_or_not(self):
        closures = self.make(3)
        for limit in (1, 1000):
            drawing = refgraph.why_closures(limit)
            with self.subTest(limit):
                self.assertIn("repeated_inner", drawing.text)
                self.assertIn("repeated_inner", drawing.json())
        self.assertEqual(len(closures), 3)

    def test_every_live_closure_is_counted(self):
        closures = self.make(5)
        gc.collect()
        alive = [f for f in gc.get_objects() if isinstance(f, types.FunctionType) and f.__closure__ is not None]
        num_alive = len(alive)
        del alive
        sites = json.loads(refgraph.why_closures().json())["closures"]
        self.assertEqual(sum(site["count"] for site in sites), num_alive)
        self.assertEqual(len(closures), 5)

    def test_the_limit_bounds_the_boxes(self):
        for limit in (1, 3):
            drawing = refgraph.why_closures(limit)
            with self.subTest(limit):
                self.assertEqual(len(roles(drawing, "target")), limit)

    def test_the_largest_captured_values_come_first(self):
        rows = list(range(200_000))

        def holder():
            return rows

        drawing = refgraph.why_closures(1)
        labels = [node["label"] for node in drawing.nodes if node["role"] == "target"]
        self.assertIn("holder", labels[0])
        self.assertTrue(holder)

    def test_methods_that_capture_only_their_class_are_counted_and_not_drawn(self):
        class Implicit:
            def only_class_method(self):
                return super().__init__()

        few = refgraph.why_closures(10_000, max_nodes=100_000)
        every = refgraph.why_closures(10_000, all=True, max_nodes=100_000)
        self.assertNotIn("only_class_method", few.dot)
        self.assertIn("only_class_method", few.text)
        self.assertIn("only_class_method", few.json())
        self.assertIn("only_class_method", every.dot)
        self.assertTrue(Implicit)

    def test_a_method_that_captures_more_than_its_class_is_drawn(self):
        rows = list(range(100_000))

        class Explicit:
            def class_and_rows(self):
                return super().__init__(), rows

        self.assertIn("class_and_rows", refgraph.why_closures(1).dot)
        self.assertTrue(Explicit)

    def test_a_closure_that_nothing_reaches_is_listed(self):
        def make():
            def unreached_inner():
                return unreached_inner

            return weakref.ref(unreached_inner)

        gc.disable()
        try:
            witness = make()
            drawing = refgraph.why_closures()
            self.assertIsNotNone(witness())
            self.assertIn("unreached_inner", drawing.text)
        finally:
            gc.enable()

    def test_a_graph_gives_the_same_picture_twice(self):
        graph = refgraph.capture()
        self.assertEqual(graph.why_closures().dot, graph.why_closures().dot)


if __name__ == "__main__":
    unittest.main()
