"""A capture of what an answer needs against a capture of the whole heap: the same question gets the same answer."""

import ctypes
import functools
import gc
import sys
import types
import unittest

import refgraph
import test_roots
from refgraph import Graph
from support import run_python, thing
from test_outline import Shapes


def told(drawing):
    """What a drawing tells, but for the numbers of nodes."""
    places = {node["id"]: i for i, node in enumerate(drawing.nodes)}
    nodes = [{**node, "id": 0} for node in drawing.nodes]
    edges = [{**edge, "source": places[edge["source"]], "target": places[edge["target"]]} for edge in drawing.edges]
    return nodes, edges, drawing.caption, drawing.text


def missed(graph):
    """What a capture says that it missed of the heap; what it says of objects is about those that it described."""
    return [(what, num) for what, num in graph.losses if not what.startswith("sizes")]


# A question is what a capture is told, which is question, max_depth and internals, and how the answer is drawn.
WHOLE = None, None, False
PATHS = ("paths", None, False), lambda graph, ids: graph._why(ids, 1, None, 200, None, True)


def referrers(max_depth, internals, max_references):
    def draw(graph, ids):
        return graph._draw_neighbourhood(
            ids, backward=True, max_depth=max_depth, internals=internals, max_references=max_references, max_nodes=200
        )

    return ("referrers", max_depth, internals), draw


class SameAnswer(unittest.TestCase):
    maxDiff = None

    def check(self, give, *questions):
        """Returns what was read for the last question. No frame of the test holds the targets that are given."""
        captured = []
        gc.disable()
        try:
            for question, max_depth, internals in (WHOLE, *(part for part, _ in questions)):
                graph, ids, _ = Graph._capture(give(), question=question, max_depth=max_depth, internals=internals)
                captured.append((graph, ids))
        finally:
            gc.enable()
        whole, whole_ids = captured[0]
        for (graph, ids), (_, draw) in zip(captured[1:], questions):
            self.assertEqual(told(draw(graph, ids)), told(draw(whole, whole_ids)))
            self.assertEqual(missed(graph), missed(whole))
            self.assertLess(graph.num_nodes, whole.num_nodes)
        return graph

    def check_all(self, *targets):
        with self.subTest(targets=[type(target).__name__ for target in targets]):
            self.check(
                lambda: list(targets), PATHS, referrers(3, False, 10), referrers(2, True, 10), referrers(1, False, 1000)
            )

    def test_about_objects_of_many_kinds(self):
        shapes = Shapes()
        for shape in shapes.held:
            if type(shape) is not range:
                self.check_all(shape)

    def test_about_what_they_hold(self):
        shapes = Shapes()
        self.check_all(shapes.held[0][0])
        self.check_all(shapes.__dict__)
        self.check_all(shapes.held[0], shapes.held[1], shapes)

    def test_about_modules_classes_functions_and_code(self):
        for target in (unittest, unittest.TestCase, told, told.__code__, told.__globals__, types.FunctionType):
            self.check_all(target)

    def test_about_a_closure_its_cells_and_what_it_captures(self):
        def make():
            rows, table = [1, 2], {"key": thing("Value")}

            def inner():
                return rows, table

            return inner

        inner = make()
        self.check_all(inner)
        self.check_all(inner.__closure__)
        self.check_all(inner.__closure__[0])
        self.check_all(inner.__closure__[1].cell_contents)

    def test_about_arguments_and_their_tuples_of_their_own_and_shared_ones(self):
        def function(first=thing("First"), *, named=thing("Named")):
            pass

        def other(first):
            pass

        other.__defaults__ = shared = (thing("Shared"),)
        partial = functools.partial(other, thing("Bound"), named=thing("Keyword"))
        self.check_all(function.__defaults__[0])
        self.check_all(function.__kwdefaults__["named"])
        self.check_all(function.__defaults__)
        self.check_all(shared[0])
        self.check_all(shared)
        self.check_all(partial.args[0])
        self.check_all(partial.keywords["named"])
        self.check_all(partial.keywords)
        self.check_all(function)
        self.check_all(partial)

    def test_about_attribute_dicts_of_their_own_and_shared_ones(self):
        alone, shared = thing("Alone"), thing("Shared")
        alone.value, shared.value = thing("Value"), thing("Value")
        held = [shared.__dict__]
        self.check_all(alone.value)
        self.check_all(shared.value)
        self.check_all(held[0])

    def test_of_several_shortest_paths_the_same_is_taken(self):
        target = thing("Target")
        holders = [[target], {"key": target}, (target,), {1: [target]}, thing("Holder")]
        holders[-1].target = target
        targets = [target]
        del target
        self.check_all(*targets)

    def test_about_what_nothing_but_itself_holds(self):
        lost = thing("Lost")
        lost.itself = [lost, {"other": thing("Other")}]
        targets = [lost.itself]
        del lost
        self.check_all(targets[0][0])

    def test_about_what_only_c_code_holds(self):
        iterator = iter([thing("Held")])
        itself = map(lambda held: self.check_all(held), iterator)
        next(itself)

    def test_about_objects_far_from_any_root(self):
        held = {"first": {"second": {"third": {"fourth": Shapes()}}}}
        for i in range(len(held["first"]["second"]["third"]["fourth"].held)):
            with self.subTest(shape=i):
                self.check(lambda: [held["first"]["second"]["third"]["fourth"].held[i]], PATHS)

    def test_about_a_string_that_is_interned_and_far_from_any_root(self):
        held = {"first": {"second": {"third": {"fourth": sys.intern("".join(["far", "_from", "_any", "_root"]))}}}}
        self.check(lambda: [held["first"]["second"]["third"]["fourth"]], PATHS)

    def test_about_what_an_extra_reference_keeps_alive(self):
        leaked = {"key": [thing("Leaked")]}
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(leaked))
        address = id(leaked)
        del leaked
        try:
            self.check(lambda: [ctypes.cast(address, ctypes.py_object).value["key"][0]], PATHS)
        finally:
            ctypes.pythonapi.Py_DecRef(ctypes.cast(address, ctypes.py_object))

    def test_about_what_another_interpreter_holds(self):
        code = test_roots.OtherInterpreters.CREATE + """
import ctypes, os, test_needed
read, write = os.pipe()
interpreters.run_string(shared, f'''
import os
class Inside: pass
held = {{"key": [[Inside()]]}}
os.write({write}, str(id(held["key"][0][0])).encode())
''')
address = int(os.read(read, 100))
case = test_needed.SameAnswer("check")
case.check(lambda: [ctypes.cast(address, ctypes.py_object).value], test_needed.PATHS)
print(refgraph.why(ctypes.cast(address, ctypes.py_object).value).text.splitlines()[0])
"""
        self.assertEqual(run_python(code).strip(), "interpreter 1, interpreter state")

    def test_about_frozen_objects(self):
        held = thing("Held")
        holder = [held]
        gc.freeze()
        try:
            self.check_all(held)
            self.assertTrue(Graph._capture([held], question="paths")[0].process["frozen"])
        finally:
            gc.unfreeze()
        del holder

    def test_about_an_object_in_a_large_container(self):
        held = thing("Held")
        numbers = dict.fromkeys(range(300_000), 0)
        numbers["held"] = held
        holder = thing("Holder")
        holder.numbers = numbers
        targets = [held]
        del held, numbers
        part = self.check(lambda: targets, PATHS)
        self.assertLess(part.num_nodes, 2_000)


class HowItWasRead(unittest.TestCase):
    def test_a_drawing_tells_pause_mode_and_losses_of_its_capture(self):
        for drawing in (refgraph.why(thing("Alone")), refgraph.show_backrefs(thing("Alone"))):
            self.assertEqual(drawing.process["mode"], "gil")
            self.assertGreater(drawing.process["pause_ns"], 0)
            self.assertEqual([what for what, num in drawing.losses if "sizes" not in what], [])

    def test_a_small_question_reads_a_small_part(self):
        graph, _, _ = Graph._capture([thing("Alone")], question="paths")
        self.assertLess(graph.num_nodes, 2_000)

    def test_where_one_container_would_be_read_at_every_step_the_whole_heap_is_read(self):
        # The list of all nodes is held by nothing but itself and the last node by nothing but its chain: an argument of
        # a call of C would be a temporary value of the frame.
        code = """
import gc
from refgraph import Graph, why
Graph._why = lambda graph, *_: graph
class Node: pass
gc.disable()
head, every = None, []
for _ in range(2000):
    node = Node()
    node.next, head = head, node
    every.append(node)
every.append(every)
del node, every
def farthest():
    node = head
    while node.next:
        node = node.next
    return node
graph = why(farthest())
whole, _, _ = Graph._capture(())
print(graph.num_nodes > whole.num_nodes // 2)
"""
        self.assertEqual(run_python(code), "True\n")

    def test_where_the_lists_are_not_known_the_whole_heap_answers_the_same(self):
        code = (
            "import refgraph\n"
            "class Held: pass\n"
            "holder = {'key': [Held()]}\n"
            "print(refgraph.why(holder['key'][0]).text, refgraph.show_backrefs(holder['key'][0]).text)"
        )
        self.assertEqual(run_python(code), run_python(code, REFGRAPH_DOCUMENTED_API="1"))

    def test_where_address_space_is_short_the_whole_heap_answers_the_same(self):
        code = (
            "import refgraph, resource\n"
            "class Held: pass\n"
            "holder = {'key': [Held()]}\n"
            "def ask(): return refgraph.why(holder['key'][0]).text, refgraph.show_backrefs(holder['key'][0]).text\n"
            "before = ask()\n"
            "size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
            "resource.setrlimit(resource.RLIMIT_AS, (size + (200 << 20), size + (200 << 20)))\n"
            "print(ask() == before)"
        )
        self.assertEqual(run_python(code), "True\n")


if __name__ == "__main__":
    unittest.main()
