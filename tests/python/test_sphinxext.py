"""The directive of Sphinx's: what a build with it writes, warns of and leaves alone."""

import html.parser
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import weakref

import refgraph
from refgraph import _sentence

HAS_SPHINX = importlib.util.find_spec("sphinx")
CONF = 'extensions = ["refgraph.sphinxext"]\nhtml_theme = "basic"\nhtml_show_sourcelink = show_warning_types = False\n'

CLOSURE = """\
import refgraph
class Screen:
    def __init__(self):
        self.pixels = bytearray(2_000_000)
def make():
    screen, retries = Screen(), 3
    def on_click():
        return screen, retries
    return on_click
"""
SENTENCE = "on_click captures retries (int) and screen (Screen, 2.0 MB)"


def directive(code="", **options):
    """The directive as text; "max_nodes" is the option "max-nodes"."""
    lines = [f":{name.replace('_', '-')}: {value}" for name, value in options.items()]
    return "\n   ".join([".. refgraph::", *lines, "", *code.splitlines()]) + "\n\n"


SHOW = directive(CLOSURE + "refgraph.show_refs(make())\n")


class Page(html.parser.HTMLParser):
    """The images and the links of a page, each as its attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.images, self.links, self.figures, self.text = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = {"img": self.images, "a": self.links, "figure": self.figures}.get(tag)
        if found is not None:
            found.append(dict(attributes))

    def handle_data(self, data):
        self.text += data


@unittest.skipUnless(HAS_SPHINX, "needs Sphinx (Debian: python3-sphinx)")
class Builds(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.sources = self.folder / "sources"
        self.sources.mkdir()

    def write(self, text, conf=CONF, name="index.rst"):
        (self.sources / "conf.py").write_text(conf)
        orphan = "" if name == "index.rst" else ":orphan:\n\n"
        (self.sources / name).write_text(f"{orphan}Title\n=====\n\n{text}")

    def build(self, builder="html", *options, out=None):
        """Builds; returns the folder of what was written. Warnings, and what is printed, go to self.words."""
        out = self.folder / (out or builder)
        doctrees = ["-d", str(self.folder / "doctrees")]
        words = [sys.executable, "-m", "sphinx", "-q", "-b", builder, *doctrees, *options, str(self.sources), str(out)]
        done = subprocess.run(words, check=True, capture_output=True, encoding="utf-8")
        self.words = done.stdout + done.stderr
        return out

    def page(self, *options):
        return Page((self.build("html", *options) / "index.html").read_text("utf-8"))

    def warnings_of(self, text):
        """What is wrong with a document that is but a directive, and the line that it is said of."""
        self.write(text)
        self.build()
        place = f"{self.sources / 'index.rst'}:"
        self.assertTrue(self.words.startswith(place), self.words)
        line, _, words = self.words[len(place) :].partition(": ")
        return int(line), words.strip()

    def test_html_has_an_image_that_says_what_it_shows(self):
        self.write(SHOW)
        (image,) = self.page().images
        self.assertEqual(self.words, "")
        self.assertEqual(image["alt"], SENTENCE)
        self.assertIn(">screen<", (self.folder / "html" / image["src"]).read_text("utf-8"))

    def test_the_image_leads_to_the_picture_alone(self):
        self.write(SHOW)
        page = self.page()
        self.assertIn(page.images[0]["src"], [link.get("href") for link in page.links])

    def test_a_page_that_does_not_say_its_scheme_has_light_pictures(self):
        self.write(SHOW)
        self.write("", name="other.rst")
        rule = ":where(:root){color-scheme:light}"
        out = self.build()
        self.assertIn(rule, (out / "index.html").read_text("utf-8"))
        self.assertNotIn(rule, (out / "other.html").read_text("utf-8"))

    def test_latex_has_pdf(self):
        self.write(SHOW)
        out = self.build("latex")
        (picture,) = out.glob("refgraph-*.pdf")
        self.assertEqual(picture.read_bytes()[:5], b"%PDF-")
        (document,) = out.glob("*.tex")
        self.assertIn(f"\\sphinxincludegraphics{{{{{picture.stem}}}.pdf}}", document.read_text("utf-8"))

    def test_what_has_no_pictures_has_their_sentences(self):
        self.write(SHOW)
        for builder, pattern in (("text", "index.txt"), ("man", "*.1"), ("texinfo", "*.texi")):
            with self.subTest(builder=builder):
                out = self.build(builder)
                (document,) = out.glob(pattern)
                self.assertIn(f"[{SENTENCE}]", document.read_text("utf-8"))
                self.assertEqual([path for path in out.rglob("*refgraph*")], [])

    def test_another_builder_draws_what_was_read_before(self):
        self.write(SHOW)
        self.build()
        self.assertEqual(len(list(self.build("latex").glob("refgraph-*.pdf"))), 1)
        self.assertEqual(self.words, "")

    def test_the_options_are_those_of_graphviz(self):
        options = dict(alt='a & "b" <c>', caption="It *captures*", name="it", align="center")
        options["class"] = "wide"
        self.write(directive(CLOSURE + "refgraph.show_refs(make())", **options) + "See :ref:`it`.\n")
        page = self.page()
        self.assertEqual((page.images[0]["alt"], page.images[0]["class"]), ('a & "b" <c>', "refgraph wide"))
        self.assertEqual((page.figures[0]["id"], page.figures[0]["class"]), ("it", "align-center"))
        self.assertIn("See It captures.", page.text)

    def test_the_source_is_shown_if_asked_for(self):
        self.write(SHOW + directive("import refgraph\nrefgraph.show_refs('x')", include_source=""))
        page = self.page()
        self.assertNotIn("make", page.text)
        self.assertIn("refgraph.show_refs('x')", page.text)

    def test_of_a_report_the_likeliest_leak_is_shown(self):
        step = "kept = []\ndef step():\n    kept.append(make())\nrefgraph.leaks(step=step, rounds=3)\n"
        self.write(directive(CLOSURE + step))
        self.assertEqual(
            self.page().images[0]["alt"],
            "on_click captures retries (int) and screen (Screen, 2.0 MB) and is kept alive by __main__.kept[0]",
        )

    def test_the_last_statement_that_gives_a_drawing_is_shown(self):
        code = "import refgraph\nrefgraph.show_refs('first')\nrefgraph.show_refs('second')\nrefgraph.info()\n3\n"
        self.write(directive(code))
        self.assertEqual(self.page().images[0]["alt"], "'second'")

    def test_an_object_is_drawn_by_its_name(self):
        (self.sources / "made.py").write_text("class Made:\n    field = {'key': [[[]]]}\n")
        option = {"object": "made:Made.field", "depth": 2, "direction": "TB", "max_nodes": 5}
        self.write(directive(**option), conf=CONF + f"import sys\nsys.path.insert(0, {str(self.sources)!r})\n")
        (image,) = self.page().images
        self.assertEqual(image["alt"], "dict refers to ['key'] (list)")
        picture = (self.folder / "html" / image["src"]).read_text("utf-8")
        self.assertIn("max_depth=2 · 3 objects", picture)
        width, height = (float(picture.partition(f'{side}="')[2].partition("pt")[0]) for side in ("width", "height"))
        self.assertLess(width, 2 * height)

    def test_a_page_is_read_again_when_the_module_of_its_object_changes(self):
        made = self.sources / "made.py"
        made.write_text("thing = {'old': []}\n")
        conf = CONF + f"import sys\nsys.dont_write_bytecode = True\nsys.path.insert(0, {str(self.sources)!r})\n"
        self.write(directive(object="made:thing"), conf=conf)
        self.build()
        made.write_text("thing = {'other': []}\n")
        os.utime(made, (2e9, 2e9))
        self.assertEqual(self.page().images[0]["alt"], "dict refers to ['other'] (list)")

    def test_nothing_runs_where_the_configuration_says_so(self):
        mark = self.folder / "mark"
        code = f"open({str(mark)!r}, 'x')\n"
        self.write(directive(code, caption="A caption", name="it"), conf=CONF + "refgraph_exec = False\n")
        page = self.page()
        self.assertEqual((page.images, mark.exists(), self.words), ([], False, ""))
        self.assertIn(str(mark), page.text)
        self.assertIn("A caption", page.text)

    def test_an_example_is_a_program_of_its_own(self):
        first = "import refgraph, sys\nleft = sys.left = 1\nrefgraph.show_refs('first')\n"
        second = "import refgraph, sys\nfound = hasattr(sys, 'left'), __name__, 'sphinx' in sys.modules"
        self.write(directive(first) + directive(second + "\nrefgraph.show_refs(str(found))\n"))
        self.assertEqual(self.page().images[1]["alt"], "\"(False, '__main__', False)\"")

    def test_what_goes_wrong_is_a_warning_with_its_line(self):
        words = "WARNING: refgraph: ZeroDivisionError: division by zero"
        self.assertEqual(self.warnings_of(directive("x = 1\n\n1 / 0\n")), (8, words))

    def test_what_goes_wrong_in_a_function_is_said_of_the_line_in_it(self):
        code = "def fail():\n    raise ValueError('a\\nb\\0')\n\n\nfail()\n"
        self.assertEqual(self.warnings_of(directive(code)), (7, "WARNING: refgraph: ValueError: a b\\x00"))

    def test_what_is_no_python_is_a_warning_with_its_line(self):
        line, words = self.warnings_of(directive("x = 1\nx = = 2\n"))
        self.assertEqual((line, words), (7, "WARNING: refgraph: SyntaxError: invalid syntax"))

    def test_an_example_that_exits_is_a_warning(self):
        self.assertEqual(self.warnings_of(directive("raise SystemExit(3)"))[1], "WARNING: refgraph: SystemExit: 3")

    def test_an_example_that_ends_its_process_is_a_warning(self):
        line, words = self.warnings_of(directive("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
        self.assertEqual((line, words), (4, "WARNING: refgraph: its process ended with status -9"))

    def test_an_example_without_a_drawing_is_a_warning(self):
        words = "nothing to show: no statement gives a drawing, as refgraph.show_refs(...) does"
        self.assertEqual(self.warnings_of(directive("x = 1")), (4, f"WARNING: refgraph: {words}"))

    def test_an_object_that_is_not_there_is_a_warning(self):
        words = "WARNING: refgraph: ModuleNotFoundError: No module named 'nowhere'"
        self.assertEqual(self.warnings_of(directive(object="nowhere:x")), (4, words))

    def test_options_of_objects_are_none_of_python(self):
        for text in (directive("1", depth=2), directive("1", object="os:path"), directive()):
            with self.subTest(text=text):
                self.write(text)
                self.build()
                self.assertIn("ERROR: refgraph: ", self.words)

    def test_a_picture_that_is_there_is_not_drawn_again(self):
        self.write(SHOW)
        (picture,) = (self.build() / "_images").iterdir()
        picture.write_text("as it was")
        self.build("html", "-E")
        self.assertEqual([path.read_text() for path in picture.parent.iterdir()], ["as it was"])

    def test_a_picture_that_has_gone_is_drawn_again(self):
        self.write(SHOW)
        (picture,) = (self.build() / "_images").iterdir()
        before = picture.read_bytes()
        picture.unlink()
        self.build("html", "-a")
        self.assertEqual(picture.read_bytes(), before)

    def test_two_builds_write_the_same_bytes_on_one_core_or_two(self):
        sets = "import refgraph\nrefgraph.show_refs([{str(i) for i in range(20)}])\n"
        self.write(SHOW + directive(sets))
        for i in range(6):
            self.write(directive(CLOSURE + f"refgraph.show_refs([make()] * {i + 1})"), name=f"page{i}.rst")
        found = []
        for out, jobs in (("one", "1"), ("two", "2")):
            folder = self.build("html", "-E", "-j", jobs, out=out)
            self.assertEqual(self.words, "")
            paths = [path for path in folder.rglob("*") if path.suffix in (".html", ".svg")]
            found.append({path.relative_to(folder): path.read_bytes() for path in paths})
        self.assertEqual(len([path for path in found[0] if path.suffix == ".svg"]), 8)
        self.assertEqual(found[0], found[1])

    def test_hostile_names_are_text(self):
        name = "<script>alert(1)</script>\"'&]]>\\0\\ud800\\n{|}%"
        code = f"import refgraph\nthing = lambda: 1\nvars(thing)['''{name}'''] = 1\nrefgraph.show_refs(thing)"
        self.write(directive(code))
        page = self.page()
        self.assertEqual(self.words, "")
        self.assertIn("<script>alert(1)</script>\"'&]]>\\x00\\ud800\\n{|}%", page.images[0]["alt"])
        self.assertNotIn("alert(1)", page.text)
        for builder in ("latex", "text", "man", "texinfo"):
            self.build(builder)
            self.assertEqual(self.words, "")


class Sentences(unittest.TestCase):
    """What is said of a drawing."""

    def test_of_a_path_the_steps_are_said_from_the_root_on(self):
        def make(value):
            return lambda: value

        value = type("Value", (), {})()
        value.field = {"key": [make(value)]}
        words = _sentence.of(refgraph.why(value.field["key"][0]))
        self.assertTrue(words.startswith("<lambda> captures value (Value) and is kept alive by MainThread, "), words)
        self.assertTrue(words.endswith("root_on() with its variable value.field['key'][0]"), words)

    def test_a_path_may_pass_what_is_captured(self):
        def make(value):
            return lambda: value

        unittest.left = [make(type("Captured", (), {})())]
        self.addCleanup(delattr, unittest, "left")
        words = _sentence.of(refgraph.capture().why(where="type:Captured"))
        self.assertEqual(words, "Captured is kept alive by unittest.left[0] with its variable value")

    def test_weak_references_are_said_to_be_weak(self):
        class Thing:
            pass

        thing = Thing()
        self.assertEqual(_sentence.of(refgraph.show_refs(weakref.ref(thing))), "weakref refers weakly to Thing")

    def test_many_references_are_counted(self):
        words = _sentence.of(refgraph.show_refs([list(range(100))], too_many=20))
        self.assertTrue(words.startswith("list refers to [0] (int), [1] (int), "), words)
        self.assertTrue(words.endswith(" and 13 more"), words)

    def test_many_objects_are_counted(self):
        self.assertEqual(_sentence.of(refgraph.show_refs(["a", "b", "c", "d", "e"])), "'a'; 'b'; 'c'; and 2 more")


if __name__ == "__main__":
    unittest.main()
