"""Checks the programs of the corpus by themselves, without any report, and prints TAP: a line a program.

    python3 tests/leaks/check.py [PROGRAM...]

What leaks must grow in copies and bytes where it says, capture what it says and be held by whom it says; mended it must
not grow, and what is clean must not. Each program has a process of its own.
"""

import collections
import functools
import gc
import importlib.util
import inspect
import os
import pkgutil
import subprocess
import sys
import tracemalloc
import types

FOLDER = os.path.dirname(os.path.abspath(__file__))
WARMUP, ROUNDS = 1, 5
LEAST, MOST = 20_000, 200_000  # bytes that a round of a program that leaks leaves behind
NOTHING = 1_000  # bytes a round that are not worth a word: lists and dicts make room
LEAVE_CLOSURE = ("release", "narrow", "weak")  # mends after which it may stay, without what it captured
MUCH_LESS = 20  # times that what stays then must be less

CODES = {
    types.FunctionType: lambda function: function.__code__,
    types.MethodType: lambda method: code_of(method.__func__),
    functools.partial: lambda partial: code_of(partial.func),
    types.GeneratorType: lambda generator: generator.gi_code,
    types.CoroutineType: lambda coroutine: coroutine.cr_code,
}
CONTAINERS = (list, tuple, dict, set, collections.deque, type)


def load(path):
    name = os.path.basename(path)[: -len(".py")]
    spec = importlib.util.spec_from_file_location(name, path)
    program = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


def called(cls):
    """The method by which objects of a class are called: handlers of logging by another one."""
    return vars(cls).get("__call__") or vars(cls).get("emit")


def code_of(suspect):
    """The code that an object would run, or None: of a method or a partial that of the function it calls."""
    call = called(type(suspect))
    if type(call) is types.FunctionType:
        return call.__code__
    return CODES.get(type(suspect), lambda _: None)(suspect)


def name_of(suspect):
    code = code_of(suspect)
    if hasattr(code, "co_qualname"):
        return code.co_qualname
    while type(suspect) is functools.partial:
        suspect = suspect.func
    return suspect.__qualname__ if hasattr(suspect, "__qualname__") else called(type(suspect)).__qualname__


def captures(suspect):
    """What an object captures, by the names of a report."""
    if type(suspect) is functools.partial:
        return inspect.signature(suspect.func).bind_partial(*suspect.args, **suspect.keywords).arguments
    if type(suspect) is types.MethodType:
        return {"self": suspect.__self__}
    if type(suspect) is types.GeneratorType:
        return inspect.getgeneratorlocals(suspect)
    if type(suspect) is types.CoroutineType:
        return inspect.getcoroutinelocals(suspect)
    if type(suspect) is not types.FunctionType:
        return vars(suspect)
    parameters = inspect.signature(suspect, follow_wrapped=False).parameters.values()
    cells = zip(suspect.__code__.co_freevars, suspect.__closure__ or ())
    return {
        **{parameter.name: parameter.default for parameter in parameters if parameter.default is not parameter.empty},
        **{name: cell.cell_contents for name, cell in cells},
    }


def suspects(program):
    return [each for each in gc.get_objects() if getattr(code_of(each), "co_filename", None) == program.__file__]


def is_collected(program):
    return getattr(program, "COLLECTOR", True)


def growth(program, step, collect):
    """The sites that have more copies after some rounds, and the bytes that each leaves behind."""

    def measure():
        if collect:
            gc.collect()
        size = tracemalloc.get_traced_memory()[0]
        return collections.Counter(map(name_of, suspects(program))), size

    measure()  # the interpreter, too, remembers code that it runs for the first time
    for _ in range(WARMUP):
        step()
    copies, size = measure()
    for _ in range(ROUNDS):
        step()
    more_copies, more = measure()
    return set(more_copies - copies), (more - size) // ROUNDS


def marked_line(program):
    with open(program.__file__, encoding="utf-8") as file:
        (line,) = [number for number, text in enumerate(file, 1) if text.rstrip().endswith("# leaks here")]
    return line


def is_own(program, holder):
    """Whether a holder is of the program, not a word for one of the library."""
    name = holder.split(".")[0]
    return name == program.__name__ or isinstance(getattr(program, name, None), (type, types.FunctionType))


def is_known(holder):
    """Whether a holder is a word for one of the library: a module, what is in it, or an attribute of such a type."""
    owner, _, name = holder.rpartition(".")
    if not owner:
        return name == "cycle" or name in sys.stdlib_module_names
    found = pkgutil.resolve_name(owner)
    return isinstance(found, type) or hasattr(found, name)


def values_of(program, holder):
    """What "Type.attribute", "module.attribute" or "function.variable" stands for, a value for each such object."""
    owner, name = holder.rsplit(".", 1)
    if owner == program.__name__:
        return [getattr(program, name)]
    functions = [each for each in suspects(program) if type(each) is types.FunctionType and name_of(each) == owner]
    instances = [each for each in gc.get_objects() if type(each).__qualname__ == owner and hasattr(each, name)]
    return [captures(each)[name] for each in functions] + [getattr(each, name) for each in instances]


def holds(value, suspect):
    """Whether a value is an object or a container of containers that has it."""
    seen, stack = set(), [value]
    while stack:
        each = stack.pop()
        if each is suspect:
            return True
        if isinstance(each, CONTAINERS) and id(each) not in seen:
            seen.add(id(each))
            stack += gc.get_referents(each)
    return False


def is_finished(value):
    if hasattr(value, "is_alive"):
        return not value.is_alive()
    done = getattr(value, "done", False)
    return getattr(value, "closed", False) or (done() if callable(done) else done)


def has_copies(program):
    return getattr(program, "COPIES", True)


def variables_of(program, suspect):
    code = code_of(suspect)
    return captures(suspect) if has_copies(program) else code.co_freevars + code.co_varnames[: code.co_argcount]


def check_site(program):
    leak, line = program.LEAK, marked_line(program)
    num_least = WARMUP + ROUNDS if has_copies(program) else 1
    copies = [each for each in suspects(program) if name_of(each) == leak["site"]]
    lines = {code_of(each).co_firstlineno for each in copies}
    if lines != {line}:
        yield f"{leak['site']} is at {lines}, not at line {line}"
    capturing = [each for each in copies if leak["variable"] in variables_of(program, each)]
    if len(capturing) < num_least:
        yield f"{len(capturing)} copies capture {leak['variable']}"
    elif getattr(program, "SINGLE", False) and not is_finished(captures(capturing[0])[leak["variable"]]):
        yield f"nothing says that {leak['variable']} is finished"
    if is_own(program, leak["holder"]):
        values = values_of(program, leak["holder"])
        held = [each for each in capturing if any(holds(value, each) for value in values)]
        if len(held) < num_least:
            yield f"{leak['holder']} holds {len(held)} of them"
    elif not is_known(leak["holder"]):
        yield f"{leak['holder']} is nothing that is known"


def check_leaking(program):
    collect, leak = is_collected(program), program.LEAK
    grown = {leak["site"], *leak.get("kept", ())} if has_copies(program) else set()
    sites, size = growth(program, program.step, collect)
    if not LEAST <= size <= MOST:
        yield f"{size} bytes a round stay"
    if sites != grown:
        yield f"what has more copies is {sorted(sites)}"
    yield from check_site(program)
    for kind, step in leak["mends"].items():
        sites, less = growth(program, step, collect)
        if less > size // MUCH_LESS if kind in LEAVE_CLOSURE else less > NOTHING or sites:
            yield f"mended by {kind}, {less} bytes a round stay, and copies of {sorted(sites)}"
    if not collect:
        yield from check_clean(program)


def check_clean(program):
    sites, size = growth(program, program.step, True)
    if size > NOTHING or sites:
        yield f"with the collector {size} bytes a round stay, and copies of {sorted(sites)}"


def check(path):
    """Says what is wrong with a program, a line a fault."""
    program = load(path)
    needed = getattr(program, "NEEDS", None)
    if needed and not getattr(program, needed):
        sys.exit(f"SKIP needs {needed}")
    tracemalloc.start()
    if not is_collected(program):
        gc.disable()
    for fault in check_leaking(program) if hasattr(program, "LEAK") else check_clean(program):
        print(fault, flush=True)


def all_programs():
    for kind in ("leaking", "clean"):
        folder = os.path.join(FOLDER, kind)
        yield from (os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".py"))


def main():
    paths = [os.path.abspath(path) for path in sys.argv[1:]] or list(all_programs())
    num_faulty = 0
    for number, path in enumerate(paths, 1):
        done = subprocess.run(
            [sys.executable, "-B", "-c", "import check, sys; check.check(sys.argv[1])", path],
            cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )
        is_skipped = done.stdout.startswith("SKIP ")
        is_faulty = not is_skipped and (done.returncode or done.stdout)
        num_faulty += bool(is_faulty)
        directive = f" # {done.stdout.strip()}" if is_skipped else ""
        print(f"{'not ok' if is_faulty else 'ok'} {number} - {os.path.relpath(path, FOLDER)}{directive}", flush=True)
        if is_faulty:
            print(*[f"# {line}" for line in done.stdout.splitlines()], sep="\n")
    print(f"1..{len(paths)}")
    print(f"# {len(paths)} programs, {num_faulty} at fault")
    return 1 if num_faulty else 0


if __name__ == "__main__":
    sys.exit(main())
