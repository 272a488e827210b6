"""Runs an example of a document, and draws what it shows: the process that :mod:`refgraph.sphinxext` starts for each.

Examples of documents are programs: alone in a process, their heap, and so their pictures, are the same in every build,
and nothing that they do harms it.
"""

import ast
import functools
import hashlib
import importlib
import json
import os
import sys
import traceback
import types

import refgraph

from . import _sentence
from ._words import in_one_line

FILE = "example.py"  # what the code is said to be in; its first line is line 1


def main():
    """Reads a request from stdin, and writes the answer to stdout; both are JSON.

    A request is ``{"example", "folder", "format"}``. An example has the ``code`` to run, or the name of an ``object``,
    as "pkg.mod:name", with keywords of :func:`refgraph.show_refs`. Its picture goes to the folder, unless the format is
    null. The answer is ``{"stem", "sentence", "source"}``: the name of the file without its extension, a sentence about
    it, and the file that an object comes from, or null. Or it is ``{"error", "line"}``: what went wrong, in one line,
    and the line of the code, or null.
    """
    # What the example prints goes to stderr, so that it cannot be taken for the answer.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        try:
            found = _answer(**json.load(sys.stdin))
        except (Exception, SystemExit) as error:
            found = {"error": in_one_line(error), "line": _line(error)}
        json.dump(found, answer)


def _answer(example, folder, format):
    if "code" in example:
        drawing, source = _run(example["code"]), None
    else:
        drawing, source = _show(**example)
    if drawing is None:
        return {"error": "nothing to show: no statement gives a drawing, as refgraph.show_refs(...) does", "line": None}
    what = json.dumps([refgraph.__version__, example, drawing.dot])
    stem = f"refgraph-{hashlib.sha1(what.encode(), usedforsecurity=False).hexdigest()}"
    path = os.path.join(folder, f"{stem}.{format}")
    if format and not os.path.exists(path):
        drawing.save(path)
    return {"stem": stem, "sentence": _sentence.of(drawing), "source": source}


# The last drawing that a statement of the example gave. Not a variable of _run: then what notes it would be a closure,
# and pictures of all closures would show it.
_shown = None


def _note(value):
    global _shown
    if isinstance(value, refgraph.Drawing):
        _shown = value
    elif isinstance(value, refgraph.Report) and value:
        _shown = value.draw()


def _run(code):
    """The last drawing that a statement of the code gives; of a report with leaks that of the likeliest. Else None."""
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    tree = ast.Interactive(ast.parse(code, FILE).body)  # the values of its expressions are displayed
    sys.displayhook = _note
    exec(compile(tree, FILE, "single"), vars(module))
    return _shown


def _show(object, **options):
    name, _, path = object.partition(":")
    module = importlib.import_module(name)
    found = functools.reduce(getattr, path.split("."), module)
    return refgraph.show_refs([found], **options), getattr(module, "__file__", None)


def _line(error):
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return error.lineno
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == FILE]
    return lines[-1] if lines else None
