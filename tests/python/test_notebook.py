"""What notebooks show: one is executed and converted, and its page looked at in a browser."""

import base64
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import why_not

# The source of each cell; the last expression of each is displayed.
DRAWING = "import refgraph\nrows = bytearray(1000)\nrefgraph.show_refs([(lambda rows: lambda: rows)(rows)])"
TABLE = "refgraph.capture().types(limit=3)"
REPORT = (
    "listeners = []\n"
    "def step():\n    kept = bytearray(10_000)\n    listeners.append(lambda: kept)\n"
    "refgraph.leaks(step=step, rounds=3)"
)
HOSTILE = (
    "one = type('<script>document.title=1</script>', (), {})()\n"
    "refgraph.capture().types('type:' + type(one).__name__)"
)


def notebook(sources):
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, "id": f"cell{i}"}
        for i, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


class Page(html.parser.HTMLParser):
    """The pictures of a page, and its texts by the innermost element of some kinds."""

    def __init__(self, text):
        super().__init__()
        self.pictures, self.texts, self._open = [], {"table": [], "pre": []}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.pictures.append(dict(attributes))
        if tag in self.texts:
            self._open.append(tag)
            self.texts[tag].append("")

    def handle_endtag(self, tag):
        if self._open and tag == self._open[-1]:
            self._open.pop()

    def handle_data(self, data):
        if self._open:
            self.texts[self._open[-1]][-1] += data


EMPTY = """
import nbconvert.preprocessors, nbformat
nbconvert.preprocessors.ExecutePreprocessor().preprocess(nbformat.v4.new_notebook())
"""


class Notebook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        # Debian's kernel is its default interpreter, whichever asks for it.
        kernel = pathlib.Path(folder.name, "kernels", "python3", "kernel.json")
        kernel.parent.mkdir(parents=True)
        words = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        kernel.write_text(json.dumps({"argv": words, "display_name": "this interpreter", "language": "python"}))
        failure = why_not(EMPTY, JUPYTER_PATH=folder.name)
        if failure:
            raise unittest.SkipTest(f"needs nbconvert and ipykernel (Debian: python3-nbconvert python3-ipykernel): {failure}")
        path = pathlib.Path(folder.name, "notebook.ipynb")
        path.write_text(notebook([DRAWING, TABLE, REPORT, HOSTILE]))
        words = ["-m", "nbconvert", "--to", "html", "--execute", str(path)]
        environment = {**os.environ, "JUPYTER_PATH": folder.name}
        subprocess.run([sys.executable, *words], check=True, cwd=folder.name, env=environment, stderr=subprocess.PIPE)
        cls.path = path.with_suffix(".html")
        cls.page = Page(cls.path.read_text("utf-8"))

    def picture(self, index):
        found = self.page.pictures[index]
        return found["alt"], base64.b64decode(found["src"].partition(",")[2]).decode("utf-8")

    def test_a_drawing_is_a_picture_with_an_alternative(self):
        alternative, svg = self.picture(0)
        self.assertTrue(alternative.startswith("show_refs, max_depth=3"), alternative)
        self.assertIn(">rows<", svg)

    def test_a_table_has_its_headings_and_its_summary(self):
        for words in ("objects", "size", "type", "not listed"):
            self.assertIn(words, self.page.texts["table"][0])

    def test_a_report_is_its_text_and_a_picture_of_the_likeliest_leak(self):
        (text,) = [text for text in self.page.texts["pre"] if text.startswith("LEAK 1 of")]
        self.assertIn("listeners.remove(callback)", text)
        self.assertIn("step.&lt;locals&gt;.&lt;lambda&gt;", self.picture(1)[1])

    @unittest.skipUnless(shutil.which("chromium"), "needs chromium")
    def test_a_browser_shows_the_pictures_and_runs_no_name(self):
        look = "<script>onload = () => document.body.dataset.seen = [...document.images].map(i => i.naturalWidth)</script>"
        page = self.path.with_name("seen.html")
        page.write_text(self.path.read_text("utf-8") + look, "utf-8")
        words = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()]
        plain = {**os.environ, "LD_PRELOAD": ""}  # without a sanitizer's library, under which it hangs
        done = subprocess.run(["chromium", *words], env=plain, check=True, timeout=120, capture_output=True, text=True)
        widths = re.search(r'data-seen="([0-9,]*)"', done.stdout)[1].split(",")
        self.assertEqual([int(width) > 100 for width in widths], [True, True])
        self.assertIn("<title>notebook</title>", done.stdout)


if __name__ == "__main__":
    unittest.main()
