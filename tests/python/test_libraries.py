"""Holders of libraries that the report knows, with the libraries themselves: those that the interpreter has."""

import json
import subprocess
import sys
import unittest

from support import why_not

# A program of a library, in which step() leaves a lambda behind; the holder, and the call that releases.
PROGRAMS = {
    "django": (
        "import django.dispatch; saved = django.dispatch.Signal()",
        "saved.connect(lambda **_: document, weak=False)",
        "django.dispatch.Signal",
        "saved.disconnect(callback)",
    ),
    "blinker": (
        "import blinker; saved = blinker.signal('saved')",
        "saved.connect(lambda *_: document, weak=False)",
        "blinker.Signal",
        "saved.disconnect(callback)",
    ),
    "matplotlib": (
        "import matplotlib.figure, matplotlib.backend_bases\n"
        "figure = matplotlib.figure.Figure(); matplotlib.backend_bases.FigureCanvasBase(figure)",
        "figure.canvas.mpl_connect('pick_event', lambda *_: document)",
        "matplotlib.cbook.CallbackRegistry",
        "figure.canvas.mpl_disconnect(cid)",
    ),
    "PyQt5": (
        "from PyQt5.QtCore import QObject; source = QObject()",
        "source.objectNameChanged.connect(lambda *_: document)",
        "Qt signal",
        "signal.disconnect(callback)",
    ),
    "tkinter": (
        "import tkinter; root = tkinter.Tk()",
        "root.bind('<Key>', lambda *_: document, add='+')",
        "tkinter",
        "widget.unbind(sequence, function_id)",
    ),
    "threading": (
        "import threading",
        "timer = threading.Timer(1000, lambda: document); timer.daemon = True; timer.start()",
        "threading.Timer",
        "timer.cancel()",
    ),
}

PROGRAM = """
import refgraph
{setup}

class Document:
    def __init__(self):
        self.pages = bytearray(100_000)

def step():
    document = Document()
    {use}

print(refgraph.leaks(step=step, rounds=3).json())
"""


def leaks_of(library):
    setup, use, _, _ = PROGRAMS[library]
    program = PROGRAM.format(setup=setup, use=use)
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["leaks"]


class Libraries(unittest.TestCase):
    pass


def add_test(library, setup, holder, release):
    def test(self):
        failure = why_not(setup)
        if failure:
            self.skipTest(f"needs {library}: {failure}")
        leaks = leaks_of(library)
        self.assertEqual([leak["site"]["qualname"] for leak in leaks], ["step.<locals>.<lambda>"])
        self.assertEqual(leaks[0]["holder"], holder)
        self.assertIn(release, leaks[0]["mends"][0]["call"])

    setattr(Libraries, f"test_only_the_lambda_that_{library.lower()}_holds_leaks", test)


for library, (setup, _, holder, release) in PROGRAMS.items():
    add_test(library, setup, holder, release)

if __name__ == "__main__":
    unittest.main()
