"""How a closure uses what it captures, read from its bytecode, against what the dis module makes of the same code."""

import dis
import gc
import sys
import types
import unittest

import refgraph
from support import run_python


def uses_of(*functions):
    """{variable: (use, attributes)} of each function."""
    graph, ids, _ = refgraph.Graph._capture(list(functions), max_depth=0)
    told = []
    for id in ids:
        captured = graph.site(id)["captured"]
        told.append({variable["name"]: (variable["use"], variable["attributes"]) for variable in captured})
    return told[0] if len(told) == 1 else told


# --- the oracle: the same question, put to the dis module one variable at a time ---

LOADS = {"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"}
STORES = {"STORE_DEREF", "DELETE_DEREF"}
ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD"}
SHOWING = {"locals", "vars", "dir", "eval", "exec"}


def name_of_attribute(instruction):
    return instruction.argval if isinstance(instruction.argval, str) else instruction.argval[0]


def oracle_of_variable(code, name):
    """(is read, is written, is read as a whole, attributes)."""
    is_read = is_written = is_whole = False
    attributes = set()
    instructions = [i for i in dis.get_instructions(code) if i.opname not in ("EXTENDED_ARG", "CACHE")]
    for i, instruction in enumerate(instructions):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME") and instruction.argval in SHOWING:
            is_read = is_whole = True
        if instruction.argval != name:
            continue
        if instruction.opname in STORES:
            is_written = True
        if instruction.opname in LOADS:
            is_read = True
            following = instructions[i + 1]
            if following.opname in ATTRIBUTES:
                attributes.add(name_of_attribute(following))
            else:
                is_whole = True
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType) and name in constant.co_freevars:
            inner = oracle_of_variable(constant, name)
            is_read, is_written, is_whole = is_read | inner[0], is_written | inner[1], is_whole | inner[2]
            attributes |= inner[3]
    return is_read, is_written, is_whole, attributes


def oracle(code):
    uses = {}
    for name in code.co_freevars:
        is_read, is_written, is_whole, attributes = oracle_of_variable(code, name)
        words = ["read"] * is_read + ["written"] * is_written
        only = is_read and not is_whole and len(attributes) <= 32
        uses[name] = (" and ".join(words) or "unused", sorted(attributes) if only else None)
    return uses


def code_inside(code):
    """A code object and all that are nested in it."""
    found = [code]
    for outer in found:
        found += [constant for constant in outer.co_consts if isinstance(constant, types.CodeType)]
    return found


def compare_all():
    """Makes a closure of all code of the standard library that has free variables; prints how many, and what differs."""
    import contract

    contract.import_standard_library()
    functions = [obj for obj in gc.get_objects() if isinstance(obj, types.FunctionType)]
    closures = {}
    for function in functions:
        for code in code_inside(function.__code__):
            # Definitions that have these in common share a site.
            key = (getattr(code, "co_qualname", code.co_name), code.co_filename, code.co_firstlineno, code.co_freevars)
            if code.co_freevars:
                cells = tuple(types.CellType() for _ in code.co_freevars)
                closures.setdefault(key, types.FunctionType(code, {}, None, None, cells))
    closures = list(closures.values())
    for function, told in zip(closures, uses_of(*closures)):
        expected = oracle(function.__code__)
        if told != expected:
            print(function.__qualname__, function.__code__.co_filename, told, expected)
    print(len(closures))


def variables():
    """Closures of one variable x each, and how they use it."""
    x = y = types.SimpleNamespace()

    def reads():
        return x

    def reads_an_attribute():
        return x.first

    def calls_a_method():
        x.run(1)

    def sets_an_attribute(value):
        x.value = value

    def adds_to_an_attribute():
        x.count += 1

    def deletes_an_attribute():
        del x.gone

    def uses_several():
        x.second.deeper()
        return x.first + x.first

    def uses_one_and_passes_it_on():
        x.first()
        return [x]

    def subscripts():
        return x[0].first

    def is_an_argument():
        return len(x).bit_length

    def reads_in_a_condition():
        return (x or y).first

    def hands_it_on():
        return lambda: lambda: x.inner

    def hands_it_on_to_a_class():
        class Inner:
            attribute = x.inner

        return Inner

    def hands_it_on_and_reads():
        return (lambda: x.inner), x

    def reads_in_a_comprehension():
        return [x.inner for _ in range(3)]

    def reads_in_a_generator():
        yield from (x.inner for _ in range(3))

    async def reads_in_a_coroutine():
        return x.inner

    def is_shown():
        return x.first, locals()

    def calls_a_method_named_eval():
        return x.eval()

    y = reads, reads_in_a_condition

    return {
        reads: ("read", None),
        reads_an_attribute: ("read", ["first"]),
        calls_a_method: ("read", ["run"]),
        sets_an_attribute: ("read", None),
        adds_to_an_attribute: ("read", None),
        deletes_an_attribute: ("read", None),
        uses_several: ("read", ["first", "second"]),
        uses_one_and_passes_it_on: ("read", None),
        subscripts: ("read", None),
        is_an_argument: ("read", None),
        reads_in_a_condition: ("read", None),
        hands_it_on: ("read", ["inner"]),
        hands_it_on_to_a_class: ("read", ["inner"]),
        hands_it_on_and_reads: ("read", None),
        reads_in_a_comprehension: ("read", ["inner"]),
        reads_in_a_generator: ("read", ["inner"]),
        reads_in_a_coroutine: ("read", ["inner"]),
        is_shown: ("read", None),
        calls_a_method_named_eval: ("read", ["eval"]),
    }


def written_variables():
    x = 1

    def writes():
        nonlocal x
        x = 2

    def deletes():
        nonlocal x
        del x

    def counts():
        nonlocal x
        x += 1

    def lets_an_inner_function_write():
        def inner():
            nonlocal x
            x = 3

        return inner

    def hides_it_from_an_inner_function():
        nonlocal x
        x = 1

        def outer():
            x = 2

            def inner():
                return x.attribute

            return inner

        return outer

    def only_names_it():
        nonlocal x

    return {
        writes: ("written", None),
        deletes: ("written", None),
        counts: ("read and written", None),
        lets_an_inner_function_write: ("written", None),
        hides_it_from_an_inner_function: ("written", None),
        only_names_it: ("unused", None),
    }


class Uses(unittest.TestCase):
    def test_of_one_variable_are_what_the_source_says(self):
        for function, expected in {**variables(), **written_variables()}.items():
            with self.subTest(function.__name__):
                self.assertEqual(uses_of(function)["x"], expected)

    def test_are_what_the_dis_module_tells(self):
        for function in {**variables(), **written_variables()}:
            with self.subTest(function.__name__):
                self.assertEqual(uses_of(function), oracle(function.__code__))

    def test_of_every_closure_of_the_standard_library_are_what_the_dis_module_tells(self):
        *differing, num = run_python("import test_uses; test_uses.compare_all()").splitlines()
        self.assertEqual(differing, [])
        self.assertGreater(int(num), 500)

    def test_do_not_change_when_code_becomes_specialised(self):
        class Thing:
            value = 1

            def run(self):
                return self.value

        thing, other = Thing(), [Thing()]

        def hot():
            return thing.value + 1, thing.run(), other[0].value

        before = uses_of(hot)
        for _ in range(3000):
            hot()
        self.assertEqual(uses_of(hot), before)
        self.assertEqual(before, {"thing": ("read", ["run", "value"]), "other": ("read", None)})

    def test_do_not_change_under_a_trace_function(self):
        thing = types.SimpleNamespace(value=1, name="")

        def traced():
            for _ in range(3):
                if thing.value:
                    return thing.name
            return None

        def trace(frame, event, argument):
            frame.f_trace_opcodes = True
            return trace

        before, old = uses_of(traced), sys.gettrace()
        sys.settrace(trace)
        try:
            traced()
            during = uses_of(traced)
        finally:
            sys.settrace(old)
        self.assertEqual(during, before)
        self.assertEqual(before, {"thing": ("read", ["name", "value"])})

    @unittest.skipUnless(hasattr(sys, "monitoring"), "needs sys.monitoring")
    def test_do_not_change_under_monitoring_of_every_event(self):
        thing = types.SimpleNamespace(value=1, items=[1, 2])

        class Base:
            def method(self):
                return 1

        class Derived(Base):
            def method(self):
                for _ in thing.items:
                    while thing.value is None:
                        pass
                    yield super().method()

        def watched():
            return list(Derived().method()), len(*[thing.items]), dict(**{})

        functions = [watched, Derived.method]
        before = uses_of(*functions)
        monitoring = sys.monitoring
        monitoring.use_tool_id(3, "test")
        try:
            every = 0
            for name in dir(monitoring.events):
                value = getattr(monitoring.events, name)
                if name not in ("NO_EVENTS", "C_RETURN", "C_RAISE") and name.isupper():
                    every |= value
                    monitoring.register_callback(3, value, lambda *arguments: None)
            monitoring.set_events(3, every)
            watched()
            during = uses_of(*functions)
            monitoring.set_events(3, 0)
        finally:
            monitoring.free_tool_id(3)
        self.assertEqual(during, before)
        self.assertEqual(before[1]["thing"], ("read", ["items", "value"]))

    def test_of_more_variables_than_a_picture_shows_are_told_for_the_first(self):
        names = [f"v{i:03}" for i in range(300)]
        # In this order, so that the names of the first ones' attributes have the largest numbers.
        body = ", ".join(f"{name}.a{name}" for name in reversed(names))
        scope = {}
        exec(f"def make({', '.join(names)}): return lambda: ({body})", scope)
        uses = uses_of(scope["make"](*names))
        self.assertEqual(uses, {name: ("read", [f"a{name}"]) for name in names[:64]})

    def test_of_very_many_attributes_are_as_good_as_a_whole(self):
        scope = {}
        for num in (32, 33):
            body = ", ".join(f"x.attribute_{i:03}" for i in range(num))
            exec(f"def make(x): return lambda: ({body})", scope)
            attributes = [f"attribute_{i:03}" for i in range(num)] if num == 32 else None
            self.assertEqual(uses_of(scope["make"](1)), {"x": ("read", attributes)})

    def test_a_function_that_captures_nothing_has_a_site_without_variables(self):
        graph, (id, other), _ = refgraph.Graph._capture([oracle, []], max_depth=0)
        site = graph.site(id)
        self.assertEqual((site["name"], site["file"], site["line"], site["captured"]),
                         ("oracle", __file__, oracle.__code__.co_firstlineno, []))
        self.assertIsNone(graph.site(other))


if __name__ == "__main__":
    unittest.main()
