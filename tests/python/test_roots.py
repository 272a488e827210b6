"""Where paths begin: each thing that the interpreter itself holds, by its name."""

import asyncio
import atexit
import codecs
import contextvars
import copy
import ctypes
import gc
import signal
import sys
import threading
import unittest
import warnings

import refgraph
from support import run_python, steps, thing


class Handler:
    """Something to be called, which is told from all others by its type."""

    def __new__(cls, name):
        return type(name, (), {"__call__": lambda self, *arguments: None})()


def holders(obj, graph=None):
    """What refers to an object, but for variables of tests: type and label of who does, and the name of the field."""
    graph = graph or refgraph.capture()
    found = []
    for edge in graph.referrers(graph._find(obj)):
        node = graph.node(edge["source"])
        if node["type"] not in ("frame", "list"):
            found.append((node["type"], node["label"], edge["name"]))
    return found


INTERPRETER = ("interpreter state", "interpreter")


class Interpreter(unittest.TestCase):
    def test_holds_functions_to_be_called_at_its_end_with_their_arguments(self):
        function, argument = Handler("AtExit"), thing("Argument")
        atexit.register(function, argument, key=argument)
        try:
            graph = refgraph.capture()
        finally:
            atexit.unregister(function)
        held_by = holders(function, graph)
        if sys.version_info >= (3, 14):  # through a list of tuples, one for each call
            self.assertEqual(held_by, [("tuple", "", "0")])
            (call,) = [edge["source"] for edge in graph.referrers(graph._find(function)) if edge["name"] == "0"]
            (calls,) = [edge["source"] for edge in graph.referrers(call)]
            held_by = [
                (*(graph.node(edge["source"])[word] for word in ("type", "label")), edge["name"])
                for edge in graph.referrers(calls)
            ]
        self.assertEqual(held_by, [(*INTERPRETER, "atexit")])
        self.assertEqual(steps(graph.why(function))[0][1], "function")  # this frame's variable is nearer
        self.assertIn(("tuple", "", "0"), holders(argument, graph))

    def test_holds_handlers_of_signals_by_their_names(self):
        usr1, urgent = Handler("Usr1"), Handler("Urgent")
        before = [signal.signal(signal.SIGUSR1, usr1), signal.signal(signal.SIGURG, urgent)]
        try:
            graph = refgraph.capture()
        finally:
            signal.signal(signal.SIGUSR1, before[0])
            signal.signal(signal.SIGURG, before[1])
        self.assertEqual(holders(usr1, graph), [(*INTERPRETER, "handler of SIGUSR1")])
        self.assertEqual(holders(urgent, graph), [(*INTERPRETER, "handler of a signal")])

    def test_holds_what_the_collector_calls_and_could_not_free(self):
        callback = Handler("Callback")
        gc.callbacks.append(callback)
        try:
            graph = refgraph.capture()
        finally:
            gc.callbacks.remove(callback)
        edges = graph.referrers(graph._find(gc.callbacks))
        self.assertIn("gc.callbacks", [edge["name"] for edge in edges])
        self.assertIn("gc.garbage", [name for _, _, name in holders(gc.garbage)])

    def test_holds_functions_that_search_codecs_and_handle_their_errors(self):
        handler = Handler("ErrorHandler")
        codecs.register_error("refgraph_test", handler)
        graph = refgraph.capture()
        (edge,) = [edge for edge in graph.referrers(graph._find(handler)) if edge["name"] == "'refgraph_test'"]
        self.assertEqual(
            [(graph.node(up["source"])["type"], up["name"]) for up in graph.referrers(edge["source"])],
            [("interpreter state", "codec error handlers")],
        )

    def test_holds_functions_that_search_codecs(self):
        search = Handler("Search")
        codecs.register(search)
        try:
            graph = refgraph.capture()
        finally:
            codecs.unregister(search)
        (place,) = [edge["source"] for edge in graph.referrers(graph._find(search)) if edge["kind"] == "index"]
        self.assertEqual([edge["name"] for edge in graph.referrers(place)], ["codec search path"])

    def test_holds_filters_of_warnings(self):
        self.assertIn((*INTERPRETER, "warning filters"), holders(warnings.filters))

    def test_holds_functions_to_be_called_around_forks(self):
        print_holders = """
import os, refgraph, test_roots
functions = [test_roots.Handler("Before"), test_roots.Handler("Parent"), test_roots.Handler("Child")]
os.register_at_fork(before=functions[0], after_in_parent=functions[1], after_in_child=functions[2])
graph = refgraph.capture()
for function in functions:
    (list_id,) = [e["source"] for e in graph.referrers(graph._find(function)) if not graph.referrers(e["source"]) or
                  [u["name"] for u in graph.referrers(e["source"])] != ["functions"]]
    print([u["name"] for u in graph.referrers(list_id)])
"""
        self.assertEqual(
            run_python(print_holders).splitlines(),
            ["['fork handlers (before)']", "['fork handlers (parent)']", "['fork handlers (child)']"],
        )

    def test_holds_audit_hooks(self):
        code = """
import sys, refgraph, test_roots
hook = test_roots.Handler("Hook")
sys.addaudithook(hook)
graph = refgraph.capture()
ups = [graph.node(e["source"])["id"] for e in graph.referrers(graph._find(hook)) if e["kind"] == "index"]
print([u["name"] for up in ups for u in graph.referrers(up)])
"""
        self.assertEqual(run_python(code).strip(), "['audit hooks']")

    @unittest.skipUnless(sys.version_info >= (3, 12), "sys.monitoring is new in 3.12")
    def test_holds_callbacks_of_monitoring_tools(self):
        callback = Handler("Callback")
        sys.monitoring.use_tool_id(3, "a tool of a test")
        sys.monitoring.register_callback(3, sys.monitoring.events.LINE, callback)
        try:
            self.assertEqual(holders(callback), [(*INTERPRETER, "monitoring callback")])
        finally:
            sys.monitoring.register_callback(3, sys.monitoring.events.LINE, None)
            sys.monitoring.free_tool_id(3)

    @unittest.skipUnless(sys.version_info >= (3, 12), "before 3.12 a variable without a name: not found everywhere")
    def test_holds_interned_strings_which_it_does_not_keep_alive(self):
        graph = refgraph.capture()
        (state,) = [i for i in range(1, graph.num_nodes + 1) if graph.node(i)["label"] == "interpreter"
                    and graph.node(i)["type"] == "interpreter state"]
        (interned,) = [e["target"] for e in graph.references(state) if e["name"] == "interned strings"]
        self.assertEqual(graph.node(interned)["type"], "dict")
        self.assertGreater(graph.node(interned)["size"], 20_000)
        self.assertEqual(graph.references(interned), [])

    @unittest.skipUnless(sys.version_info >= (3, 15), "lazy imports are new in 3.15")
    def test_holds_what_lazy_imports_need(self):
        function = Handler("Filter")
        before = sys.get_lazy_imports_filter()
        sys.set_lazy_imports_filter(function)
        try:
            graph = refgraph.capture()
        finally:
            sys.set_lazy_imports_filter(before)
        self.assertEqual(holders(function, graph), [(*INTERPRETER, "filter of lazy imports")])
        self.assertIn((*INTERPRETER, "sys.lazy_modules"), holders(sys.lazy_modules, graph))

    def test_holds_modules_and_builtins(self):
        graph = refgraph.capture()
        names = {name for _, label, name in holders(sys.modules, graph) if label == "interpreter"}
        self.assertEqual(names, {"sys.modules"})
        self.assertIn("sys", [name for _, label, name in holders(vars(sys), graph) if label == "interpreter"])


def hide(make):
    """Makes an object to which, when this returns, C code holds the only reference, and gives its address."""
    obj = make()
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(obj))
    return id(obj)


class Inferred(unittest.TestCase):
    """What no reference tells of, but a count of references or a flag does."""

    def check_held_by_c(self, make):
        address = hide(make)
        graph = refgraph.capture()
        ctypes.pythonapi.Py_DecRef(ctypes.c_void_p(address))
        (node,) = [id for id in range(1, graph.num_nodes + 1) if graph.node(id)["address"] == address]
        up = [(graph.node(edge["source"])["type"], edge["name"]) for edge in graph.referrers(node)]
        self.assertEqual(up, [("C code", "1 reference")])

    def test_c_code_holds_what_nobody_else_does(self):
        self.check_held_by_c(lambda: thing("Hidden"))

    def test_c_code_holds_a_function_that_ran_often_and_nobody_else_does(self):
        def make():
            def function():
                return function

            for _ in range(1000):
                function()
            made, function = function, None
            return made

        self.check_held_by_c(make)

    def test_c_code_holds_what_was_an_attribute_of_a_class_and_nobody_else_does(self):
        classes = [type("Class", (), {}) for _ in range(50)]

        def make():
            obj = thing("Hidden")
            for cls in classes:
                cls.attribute = obj
                self.assertIs(cls().attribute, obj)
            for cls in classes:
                del cls.attribute
            return obj

        self.check_held_by_c(make)

    def test_the_interpreter_does_not_hold_the_method_that_it_remembers_to_copy_with(self):
        copy.copy(thing("Copied"))
        method = object.__dict__["__reduce__"]
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(method))
        graph = refgraph.capture()
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(method))
        self.assertNotIn("interpreter state", [type_name for type_name, *_ in holders(method, graph)])

    def holders_of(self, obj):
        graph = refgraph.capture()
        return {graph.node(edge["source"])["type"] for edge in graph.referrers(graph._find(obj))}

    def test_static_types_are_a_class_of_their_own(self):
        self.assertIn("static types", self.holders_of(int))
        self.assertNotIn("immortal objects", self.holders_of(int))
        self.assertNotIn("static types", self.holders_of(unittest.TestCase))

    @unittest.skipUnless(sys.version_info >= (3, 12), "before 3.12 no object that a program sees is immortal")
    def test_immortal_objects_are_a_class_of_their_own(self):
        for obj in (None, True, 1, ()):
            self.assertIn("immortal objects", self.holders_of(obj))
            self.assertNotIn("C code", self.holders_of(obj))
        self.assertNotIn("immortal objects", self.holders_of(10**10))


class Threads(unittest.TestCase):
    def test_hold_context_variables_by_their_names(self):
        variables = [contextvars.ContextVar(f"variable {i}") for i in range(40)]
        value = thing("Value")
        tokens = [variable.set(value if i == 7 else variable) for i, variable in enumerate(variables)]
        try:
            graph = refgraph.capture()
        finally:
            for variable, token in zip(variables, tokens):
                variable.reset(token)
        self.assertEqual([name for type, _, name in holders(value, graph) if type.startswith("hamt")], ["variable 7"])

    def test_hold_their_context(self):
        variable = contextvars.ContextVar("variable", default=None)
        value = thing("ContextValue")
        token = variable.set(value)
        try:
            graph = refgraph.capture()
        finally:
            variable.reset(token)
        context = [i for i in range(1, graph.num_nodes + 1) if graph.node(i)["type"] == "Context"]
        ups = {(graph.node(u["source"])["type"], u["name"]) for i in context for u in graph.referrers(i)}
        self.assertIn(("thread state", "context"), ups)

    def test_hold_their_trace_and_profile_functions(self):
        trace, profile = Handler("Trace"), Handler("Profile")
        before = sys.gettrace(), sys.getprofile()
        sys.setprofile(profile)
        sys.settrace(trace)
        try:
            graph = refgraph.capture()
        finally:
            sys.settrace(before[0])
            sys.setprofile(before[1])
        self.assertIn(("thread state", "MainThread", "trace function"), holders(trace, graph))
        self.assertIn(("thread state", "MainThread", "profile function"), holders(profile, graph))

    def test_hold_the_exception_that_is_handled(self):
        try:
            raise ValueError
        except ValueError as error:
            self.assertIn(("thread state", "MainThread", "handled exception"), holders(error))

    def test_hold_hooks_of_async_generators(self):
        first, last = Handler("First"), Handler("Last")
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(first, last)
        try:
            graph = refgraph.capture()
        finally:
            sys.set_asyncgen_hooks(*before)
        self.assertEqual(holders(first, graph), [("thread state", "MainThread", "async generator hook")])
        self.assertEqual(holders(last, graph), [("thread state", "MainThread", "async generator finalizer")])

    def test_hold_their_thread_locals(self):
        local, inside, leave = threading.local(), threading.Event(), threading.Event()

        def work():
            local.value = thing("OfThread")
            inside.set()
            leave.wait()

        thread = threading.Thread(target=work, name="Worker-9")
        thread.start()
        inside.wait()
        try:
            graph = refgraph.capture()
            (node,) = graph.find("type:OfThread")
            self.assertNotIn(node, graph.find("garbage"))
        finally:
            leave.set()
            thread.join()

    @unittest.skipUnless(sys.version_info >= (3, 13), "before 3.13 _asyncio itself holds the loop that runs")
    def test_hold_the_event_loop_and_the_task_that_run(self):
        inside, leave, running = threading.Event(), threading.Event(), []

        async def work():
            running.extend((asyncio.get_running_loop(), asyncio.current_task()))
            inside.set()
            leave.wait()

        thread = threading.Thread(target=lambda: asyncio.run(work()), name="Loop-9")
        thread.start()
        inside.wait()
        try:
            graph = refgraph.capture()
        finally:
            leave.set()
            thread.join()
        loop, task = running
        self.assertIn(("thread state", "Loop-9", "running event loop"), holders(loop, graph))
        if sys.version_info >= (3, 14):
            self.assertIn(("thread state", "Loop-9", "running task"), holders(task, graph))
        self.assertNotIn("C code", [kind for obj in running for kind, _, _ in holders(obj, graph)])


RUNNING_MODULE = """
import refgraph
class Hub:
    pass
hub = Hub()
print([node["label"] for node in refgraph.why(hub, max_paths=5).nodes if node["role"] == "root"])
graph = refgraph.capture()
(here,) = {edge["source"] for edge in graph.referrers(graph.find("type:Hub")[0]) if edge["name"] == "hub"}
print(graph.node(here)["refcount"] - graph.node(here)["counted"])
"""


class Running(unittest.TestCase):
    """Variables of what runs are those of a frame, which has the line where it stands."""

    def check(self, drawing, name, line):
        self.assertEqual(steps(drawing), [("local", "inside", "Inside")])
        (root,) = [node for node in drawing.nodes if node["role"] == "root"]
        self.assertEqual(root["type"], "frame")
        self.assertIn(name, root["label"])
        self.assertTrue(root["label"].endswith(f"test_roots.py:{line}"), root["label"])

    def test_a_module_has_its_variables_in_its_dict_which_its_frame_holds_too(self):
        self.assertEqual(run_python(RUNNING_MODULE).split("\n")[:2], ["['__main__, module']", "0"])

    def test_a_coroutine(self):
        async def coroutine():
            inside = thing("Inside")
            return refgraph.why(inside)

        with self.assertRaises(StopIteration) as raised:
            coroutine().send(None)
        self.check(raised.exception.value, "coroutine", coroutine.__code__.co_firstlineno + 2)

    def test_an_async_generator(self):
        async def generator():
            inside = thing("Inside")
            yield refgraph.why(inside)

        with self.assertRaises(StopIteration) as raised:
            generator().asend(None).send(None)
        self.check(raised.exception.value, "generator", generator.__code__.co_firstlineno + 2)


class Suspended(unittest.TestCase):
    """What is not the interpreter's own has its name on the path, after what holds it."""

    def test_a_suspended_generator_names_its_variables_after_who_holds_it(self):
        def generate():
            inside = thing("Inside")
            yield
            return inside

        generator = generate()
        next(generator)
        graph = refgraph.capture()
        (node,) = graph.find("type:Inside")
        self.assertEqual([step[:2] for step in steps(graph.why(id=node))], [("local", "generator"), ("local", "inside")])

    def test_tasks_and_handles_of_asyncio_come_after_their_loop(self):
        graphs = []

        async def work():
            inside = thing("InTask")
            await asyncio.sleep(10)
            return inside

        async def main():
            task = asyncio.ensure_future(work())
            asyncio.get_running_loop().call_later(10, Handler("Later"))
            await asyncio.sleep(0)
            graphs.append(refgraph.capture())
            task.cancel()

        asyncio.run(main())
        (graph,) = graphs
        for name in ("InTask", "Later"):
            (node,) = graph.find(f"type:{name}")
            self.assertNotIn(node, graph.find("garbage"))
        paths = graph.why(id=graph.find("type:Later")[0])
        self.assertIn("TimerHandle", [n["type"] for n in paths.nodes])


class OtherInterpreters(unittest.TestCase):
    CREATE = """
import refgraph, sys
if sys.version_info >= (3, 13):
    import _interpreters as interpreters
    shared, apart = interpreters.create("legacy"), interpreters.create("isolated")
else:
    import _xxsubinterpreters as interpreters
    shared = interpreters.create(isolated=False)
    apart = interpreters.create(isolated=True) if sys.version_info >= (3, 12) else None
"""

    def test_that_share_the_gil_are_captured_with_modules_and_the_collectors_lists(self):
        code = self.CREATE + """
interpreters.run_string(shared, '''
import gc
class Inside: pass
class Lost: pass
held = [Inside()]
cycle = Lost(); cycle.itself = cycle
gc.disable()
del cycle
''')
graph = refgraph.capture()
(inside,), (lost,) = graph.find("type:Inside"), graph.find("type:Lost")
print(graph.why(id=inside).text.splitlines()[0])
print([e["name"] for e in graph.why(id=inside).edges if e["kind"] != "local"])
print(lost in graph.find("garbage"), inside in graph.find("garbage"))
print([graph.node(node)["refcount"] - graph.node(node)["counted"] for node in (inside, lost)])
"""
        first, names, garbage, lacking = run_python(code).splitlines()
        self.assertEqual(first, "interpreter 1, interpreter state")
        self.assertEqual(names, repr(["0", "held", "'__main__'", "", "sys.modules"]))
        self.assertEqual((garbage, lacking), ("True False", "[0, 0]"))

    def test_that_load_the_extension_leave_others_their_exceptions(self):
        code = self.CREATE + """
session = type("Session", (), {})()
refgraph.expect_gone(session)
def check():
    try:
        refgraph.capture().find("size:3M..2M")
    except refgraph.ArgumentError:
        print("own", [leak.qualname for leak in refgraph.leaks()])
interpreters.run_string(shared, "import refgraph")
check()
interpreters.destroy(shared)
check()
"""
        self.assertEqual(run_python(code).splitlines(), ["own ['Session']"] * 2)

    @unittest.skipUnless(sys.version_info >= (3, 12), "every interpreter shares the GIL before 3.12")
    def test_that_have_a_gil_of_their_own_are_left_out_and_counted(self):
        code = self.CREATE + """
interpreters.run_string(apart, 'class Apart: pass\\nheld = [Apart()]')
graph = refgraph.capture()
print(dict(graph.losses), graph.find("type:Apart"))
"""
        loss = "interpreters whose objects cannot be enumerated: not captured"
        self.assertEqual(run_python(code).strip(), f"{{'{loss}': 1}} ()")


if __name__ == "__main__":
    unittest.main()
