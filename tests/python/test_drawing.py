"""What a drawing gives in each format, whatever is in it and whatever goes wrong."""

import contextlib
import json
import os
import pathlib
import re
import signal
import struct
import tempfile
import threading
import unittest
import xml.etree.ElementTree
import zlib

import refgraph
from support import run_python, thing

FORMATS = ("dot", "gv", "svg", "png", "pdf", "txt", "json")


def png_chunks(data):
    """Kind and content of each chunk of a PNG whose checksums are right."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise AssertionError("no PNG")
    chunks, place = [], 8
    while place < len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        content = data[place + 8 : place + 8 + size]
        (checksum,) = struct.unpack_from(">I", data, place + 8 + size)
        if checksum != zlib.crc32(kind + content):
            raise AssertionError(f"bad checksum of {kind}")
        chunks.append((kind.decode(), content))
        place += 12 + size
    return chunks


def sample():
    def outer():
        rows, screen = [1, 2, [3]], {"name": "main"}

        def inner():
            return rows, screen, inner

        return inner

    return refgraph.show_refs([outer()])


class Formats(unittest.TestCase):
    def setUp(self):
        self.drawing = sample()

    def saved(self, extension, **options):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "picture." + extension)
            self.assertIsNone(self.drawing.save(path, **options))
            self.assertEqual(os.listdir(folder), ["picture." + extension])
            with open(path, "rb") as file:
                return file.read()

    def test_dot_and_gv_are_the_dot_text(self):
        self.assertTrue(self.drawing.dot.startswith("digraph"))
        for extension in ("dot", "gv"):
            with self.subTest(extension):
                self.assertEqual(self.saved(extension).decode(), self.drawing.dot)

    def test_svg_is_well_formed(self):
        for text in (self.drawing.svg(), self.saved("svg").decode()):
            root = xml.etree.ElementTree.fromstring(text)
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            self.assertIn("rows", "".join(root.itertext()))

    def test_png_has_its_signature_and_whole_chunks(self):
        for data in (self.drawing.png(), self.saved("png")):
            chunks = png_chunks(data)
            kinds = [kind for kind, _ in chunks]
            self.assertEqual((kinds[0], kinds[-1]), ("IHDR", "IEND"))
            width, height = struct.unpack_from(">II", chunks[0][1])
            self.assertTrue(0 < width <= 1200 and 0 < height <= 1200)
            pixels = zlib.decompress(b"".join(content for kind, content in chunks if kind == "IDAT"))
            self.assertGreater(len(set(pixels)), 4)  # there is ink

    def test_png_says_what_it_shows(self):
        texts = [content for kind, content in png_chunks(self.drawing.png()) if kind in ("tEXt", "iTXt", "zTXt")]
        self.assertTrue([text for text in texts if text.startswith(b"Title") and b"show_refs" in text])

    def test_png_has_the_dot_source_only_if_it_is_asked_for(self):
        without, within = self.drawing.png(), self.drawing.png(with_dot=True)
        self.assertNotIn(b"digraph", without)
        self.assertGreater(len(within), len(without))
        texts = [content for kind, content in png_chunks(within) if kind in ("tEXt", "iTXt", "zTXt")]
        self.assertEqual(len(texts), len([k for k, _ in png_chunks(without) if k in ("tEXt", "iTXt", "zTXt")]) + 1)

    def test_pdf_is_one(self):
        for data in (self.drawing.pdf(), self.saved("pdf")):
            self.assertTrue(data.startswith(b"%PDF-"))
            self.assertTrue(data.rstrip().endswith(b"%%EOF"))

    def test_txt_is_the_text(self):
        self.assertEqual(self.saved("txt").decode(), self.drawing.text)

    def test_json_is_what_nodes_and_edges_say(self):
        for text in (self.drawing.json(), self.saved("json").decode()):
            data = json.loads(text)
            self.assertEqual(data["nodes"], self.drawing.nodes)
            self.assertEqual(data["edges"], self.drawing.edges)
            self.assertEqual(data["caption"], self.drawing.caption)

    def test_json_of_all_closures_is_what_nodes_and_edges_say(self):
        drawing = refgraph.why_closures()
        data = json.loads(drawing.json())
        self.assertEqual((data["nodes"], data["edges"]), (drawing.nodes, drawing.edges))

    def test_edges_end_at_nodes(self):
        for drawing in (self.drawing, refgraph.why_closures(), refgraph.show_backrefs([FORMATS])):
            ids = [node["id"] for node in drawing.nodes]
            self.assertEqual(len(ids), len(set(ids)))
            self.assertLessEqual({e["source"] for e in drawing.edges} | {e["target"] for e in drawing.edges}, set(ids))

    def test_words_of_nodes_and_edges_are_the_promised_ones(self):
        for drawing in (self.drawing, refgraph.why_closures(), refgraph.show_backrefs([FORMATS])):
            self.assertLessEqual({n["role"] for n in drawing.nodes}, {"target", "root", "path", "cut", "other"})
            kinds = {"attribute", "item", "index", "key", "captured", "local", "argument", "internal", "weak", "type"}
            self.assertLessEqual({e["kind"] for e in drawing.edges}, kinds)

    def test_text_names_captured_variables_so(self):
        self.assertIn("captures rows", self.drawing.text)
        self.assertIn("captures screen", self.drawing.text)

    def test_the_text_has_a_line_only_for_what_is_held(self):
        # Keys stand in the names of their items.
        drawing = refgraph.show_refs([{"key": thing("Value")}])
        self.assertEqual([line[:14] for line in drawing.text.splitlines()[1:3]], ["└─ ['key'] → V", ""])

    def test_the_repr_is_one_line(self):
        self.assertRegex(repr(self.drawing), r"\A<refgraph\.Drawing: \d+ boxes, \d+ arrows: show_refs, max_depth=3[^\n]*>\Z")

    def test_a_notebook_gets_svg_and_text(self):
        for bundle in (self.drawing._repr_mimebundle_(), self.drawing._repr_mimebundle_(include=None, exclude=None)):
            self.assertEqual(sorted(bundle), ["image/svg+xml", "text/html", "text/plain"])
            self.assertEqual(bundle["image/svg+xml"], self.drawing.svg()[self.drawing.svg().index("<svg") :])
            self.assertEqual(bundle["text/plain"], self.drawing.text)

    def test_paths_may_be_of_any_kind(self):
        with tempfile.TemporaryDirectory() as folder:
            self.drawing.save(pathlib.Path(folder, "path.dot"))
            self.drawing.save(os.fsencode(os.path.join(folder, "bytes.dot")))
            self.drawing.save(os.path.join(folder, "bad\udcff\n.dot"))
            self.assertEqual(sorted(os.listdir(folder)), ["bad\udcff\n.dot", "bytes.dot", "path.dot"])

    def test_a_picture_replaces_the_one_before(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "picture.dot")
            refgraph.show_refs([thing("Old")], filename=path)
            refgraph.show_refs([thing("New")], filename=path)
            with open(path, encoding="utf-8") as file:
                self.assertIn("New", file.read())
            self.assertEqual(os.listdir(folder), ["picture.dot"])


class Determinism(unittest.TestCase):
    CODE = """
import refgraph

class Owner:
    def __init__(self):
        self.table = {f"key {i}": [i, str(i)] for i in range(8)}
        self.table[3] = self

def outer():
    rows, names, later = [1, 2], ("a", "b"), Owner()
    return lambda: (rows, names, later)

closure = outer()
for drawing in (
    refgraph.show_refs([closure], max_depth=5),
    refgraph.why(closure.__closure__[0].cell_contents),
    refgraph.why([closure], max_paths=3),
    refgraph.show_backrefs([closure], max_depth=2),
    refgraph.why_closures(5),
):
    print(ascii(drawing.dot), ascii(drawing.text), ascii(drawing.caption), ascii(drawing.json()))
"""

    def test_two_processes_give_the_same_text_byte_for_byte(self):
        first, second = (run_python(self.CODE, PYTHONHASHSEED=seed) for seed in ("10000", "20000"))
        for one, other in zip(first.splitlines(), second.splitlines()):
            self.assertEqual(one, other)
        self.assertEqual(first, second)

    def test_the_same_graph_gives_the_same_pictures(self):
        drawing = sample()
        self.assertEqual(drawing.dot, drawing.dot)
        self.assertEqual(drawing.svg(), drawing.svg())
        self.assertEqual(drawing.png(), drawing.png())

    def test_no_address_is_in_any_output(self):
        address = re.compile(r"0x[0-9a-f]{6,}")
        obj = thing("Object")
        obj.method, obj.lock, obj.code = obj.__repr__, threading.Lock(), compile("1", "f", "eval")
        drawings = [
            sample(),
            refgraph.show_refs([obj], internals=True, max_depth=4, shortnames=False, refcounts=True),
            refgraph.show_backrefs([obj], max_depth=4),
            refgraph.why(obj),
            refgraph.why_closures(all=True),
        ]
        own = {hex(id(obj))[2:], str(id(obj))}
        for drawing in drawings:
            for text in (drawing.dot, drawing.text, drawing.json(), drawing.svg(), repr(drawing), drawing.caption):
                self.assertIsNone(address.search(text))
                self.assertFalse([number for number in own if number in text])


@contextlib.contextmanager
def no_capture():
    """Whatever captures meanwhile fails."""

    def fail(*arguments, **options):
        raise AssertionError("captured")

    refgraph.Graph._capture = fail  # before that of the class in C
    try:
        yield
    finally:
        del refgraph.Graph._capture


class Destinations(unittest.TestCase):
    """What is wrong with a destination is said before any object is looked at."""

    CALLS = [
        lambda **options: refgraph.show_refs([FORMATS], **options),
        lambda **options: refgraph.show_backrefs([FORMATS], **options),
        lambda **options: refgraph.why([FORMATS], **options),
        lambda **options: refgraph.why_closures(**options),
    ]

    def refuse(self, exception, filename):
        messages = []
        with no_capture():
            for call in self.CALLS:
                with self.assertRaises(exception) as raised:
                    call(filename=filename)
                self.assertIsInstance(raised.exception, refgraph.Error)
                messages.append(str(raised.exception))
        self.assertEqual(len(set(messages)), 1)
        self.assertNotIn("\n", messages[0])
        return messages[0]

    def test_an_unknown_extension_is_refused_with_those_that_work(self):
        for name in ("picture.jpg", "picture", "picture.", "picture.svg.gz", ""):
            with self.subTest(name):
                message = self.refuse(ValueError, name)
                for extension in FORMATS:
                    self.assertIn("." + extension, message)

    def test_a_folder_that_is_not_there_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            message = self.refuse(OSError, os.path.join(folder, "missing", "picture.png"))
            self.assertIn("missing", message)
            self.assertEqual(os.listdir(folder), [])

    def test_a_folder_for_a_name_is_refused(self):
        with tempfile.TemporaryDirectory(suffix=".png") as folder:
            self.assertIn(os.path.basename(folder), self.refuse(OSError, folder))

    def test_a_file_for_a_folder_is_refused(self):
        with tempfile.NamedTemporaryFile() as file:
            self.refuse(OSError, os.path.join(file.name, "picture.png"))

    def test_a_folder_that_cannot_be_written_is_refused(self):
        printed = run_python(
            "import os, tempfile, unittest.mock, refgraph\n"
            "folder = tempfile.mkdtemp()\n"
            "os.chmod(folder, 0o555)\n"
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    if os.getuid() == 0: os.setuid(65534)\n"
            "    with unittest.mock.patch.object(refgraph.Graph, '_capture', side_effect=AssertionError('captured')):\n"
            "        try: refgraph.show_refs([1], filename=folder + '/picture.png')\n"
            "        except refgraph.FileError as error: print(str(error).replace(folder, 'FOLDER'), flush=True)\n"
            "    os._exit(0)\n"
            "os.waitpid(pid, 0)\n"
            "os.rmdir(folder)\n"
        )
        self.assertIn("FOLDER/picture.png", printed)
        self.assertIn("permission", printed)

    def test_a_name_with_a_nul_is_refused(self):
        with no_capture():
            for call in self.CALLS:
                with self.assertRaises(ValueError):
                    call(filename="a\0b.png")

    def test_a_name_that_is_no_name_is_refused(self):
        with no_capture():
            for call in self.CALLS:
                with self.assertRaises(TypeError):
                    call(filename=3)

    def test_saving_to_what_cannot_be_written_leaves_nothing(self):
        drawing = sample()
        with tempfile.TemporaryDirectory() as folder:
            for name, exception in [
                ("picture.jpg", refgraph.ArgumentError),
                ("missing/picture.svg", refgraph.FileError),
                ("picture.svg/picture.svg", refgraph.FileError),
            ]:
                with self.subTest(name), self.assertRaises(exception):
                    drawing.save(os.path.join(folder, name))
            self.assertEqual(os.listdir(folder), [])

    def test_a_timeout_that_is_none_is_refused(self):
        for timeout in (0, -1, float("nan"), float("inf")):
            with self.subTest(timeout), self.assertRaises(ValueError):
                sample().svg(timeout=timeout)


class OneNameForAll(unittest.TestCase):
    def test_threads_that_write_one_file_leave_it_whole_and_none_fails(self):
        drawing, errors = refgraph.show_refs([[1]]), []
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "refs.dot")

            def write():
                try:
                    for _ in range(100):
                        drawing.save(path)
                except refgraph.Error as error:
                    errors.append(str(error))

            threads = [threading.Thread(target=write) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(errors, [])
            self.assertEqual(os.listdir(folder), ["refs.dot"])


class Failures(unittest.TestCase):
    """The renderer is a process of its own. Whatever it does, the program goes on and nothing stays behind."""

    def setUp(self):
        self.drawing = sample()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.fds = sorted(os.listdir("/proc/self/fd"))

    @contextlib.contextmanager
    def renderer(self, script):
        path = os.path.join(self.folder.name, "renderer")
        if script is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\n" + script + "\n")
            os.chmod(path, 0o755)
        before = os.environ["REFGRAPH_RENDER"]
        os.environ["REFGRAPH_RENDER"] = path
        try:
            yield path
        finally:
            os.environ["REFGRAPH_RENDER"] = before
            if script is not None:
                os.remove(path)

    def messages_of(self, exception, script, **options):
        """The message of the exception, the same for a picture that is given and one that is saved."""
        messages = []
        with self.renderer(script):
            for call in (
                lambda: self.drawing.svg(**options),
                lambda: self.drawing.png(**options),
                lambda: self.drawing.pdf(**options),
                lambda: self.drawing.save(os.path.join(self.folder.name, "picture.svg"), **options),
            ):
                with self.assertRaises(exception) as raised:
                    call()
                messages.append(str(raised.exception).replace(self.folder.name, "FOLDER"))
        self.check_nothing_stays()
        self.assertTrue(self.drawing.svg().startswith("<"))  # the next one works
        return messages

    def check_nothing_stays(self):
        with self.assertRaises(ChildProcessError):  # there is no child, not even a dead one
            os.waitpid(-1, os.WNOHANG)
        self.assertEqual(os.listdir(self.folder.name), [])
        self.assertEqual(sorted(os.listdir("/proc/self/fd")), self.fds)

    def test_a_renderer_that_is_missing(self):
        for message in self.messages_of(refgraph.RenderError, None):
            self.assertIn("FOLDER/renderer", message)
            self.assertIn("No such file", message)

    def test_a_renderer_that_ends_with_a_message(self):
        for message in self.messages_of(refgraph.RenderError, "echo its last words >&2; exit 3"):
            self.assertIn("its last words", message)
            self.assertIn("3", message)

    def test_a_renderer_that_crashes(self):
        for message in self.messages_of(refgraph.RenderError, "echo before the crash >&2; kill -SEGV $$"):
            self.assertIn("before the crash", message)
            self.assertRegex(message, "(?i)signal 11|segmentation")

    def test_a_renderer_that_is_killed(self):
        for message in self.messages_of(refgraph.RenderError, "kill -KILL $$"):
            self.assertRegex(message, "(?i)signal 9|killed")

    def test_a_renderer_that_answers_with_nothing(self):
        self.messages_of(refgraph.RenderError, "exit 0")

    def test_a_renderer_that_answers_with_what_is_no_answer(self):
        self.messages_of(refgraph.RenderError, "echo this is no answer")

    def test_a_renderer_that_says_very_much(self):
        script = "i=0; while [ $i -lt 3000 ]; do echo 'a line of many that nobody reads' >&2; i=$((i+1)); done; exit 1"
        for message in self.messages_of(refgraph.RenderError, script):
            self.assertLess(len(message), 2000)

    def test_a_renderer_that_says_what_no_terminal_should_see(self):
        for message in self.messages_of(refgraph.RenderError, "printf 'a\\033[31mb\\000c\\377d' >&2; exit 1"):
            self.assertTrue(message.isprintable())

    def test_a_renderer_that_hangs(self):
        for message in self.messages_of(refgraph.DeadlineError, "exec /bin/sleep 1000", timeout=0.1):
            self.assertIn("0.1", message)

    def test_a_renderer_that_ignores_being_asked_to_end(self):
        self.messages_of(refgraph.DeadlineError, "trap '' TERM INT HUP; while :; do :; done", timeout=0.1)

    def test_errors_of_the_renderer_are_of_the_kinds_one_expects(self):
        self.assertTrue(issubclass(refgraph.RenderError, RuntimeError))
        self.assertTrue(issubclass(refgraph.DeadlineError, TimeoutError))

    def test_dot_text_and_json_need_no_layout(self):
        before = (self.drawing.text, self.drawing.json())
        with self.renderer("exit 1"):
            self.assertEqual((self.drawing.text, self.drawing.json()), before)

    def interrupt_with(self, exception):
        """The renderer itself sends the signal, then hangs."""

        def handle(number, frame):
            raise exception

        before = signal.signal(signal.SIGUSR1, handle)
        try:
            with self.renderer("kill -USR1 $PPID; exec /bin/sleep 1000"):
                for call in (
                    self.drawing.svg,
                    lambda: self.drawing.save(os.path.join(self.folder.name, "picture.png")),
                    lambda: refgraph.show_refs([1], filename=os.path.join(self.folder.name, "picture.png")),
                ):
                    with self.assertRaises(type(exception)):
                        call()
        finally:
            signal.signal(signal.SIGUSR1, before)
        self.check_nothing_stays()

    def test_an_interrupt_while_a_layout_runs_ends_it(self):
        self.interrupt_with(KeyboardInterrupt())

    def test_what_a_signal_handler_raises_while_a_layout_runs_reaches_the_caller(self):
        self.interrupt_with(LookupError("own"))

    def test_a_signal_handler_that_raises_nothing_lets_the_layout_go_on(self):
        seen = []
        before = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
        real = os.environ["REFGRAPH_RENDER"]
        try:
            with self.renderer(f"kill -USR1 $PPID; exec {real}"):
                self.assertTrue(self.drawing.svg().startswith("<"))
        finally:
            signal.signal(signal.SIGUSR1, before)
        self.assertEqual(seen, [signal.SIGUSR1])
        self.check_nothing_stays()

    def test_a_host_that_ignores_ended_children_gets_its_picture(self):
        before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            self.assertTrue(self.drawing.svg().startswith("<"))
            with self.renderer("echo words >&2; exit 3"), self.assertRaisesRegex(refgraph.RenderError, "words"):
                self.drawing.svg()
        finally:
            signal.signal(signal.SIGCHLD, before)
        self.check_nothing_stays()

    def test_a_host_that_reaps_all_children_gets_its_picture(self):
        printed = run_python(
            "import os, threading, refgraph\n"
            "stop = threading.Event()\n"
            "def reap():\n"
            "    while not stop.is_set():\n"
            "        try: os.waitpid(-1, 0)\n"
            "        except ChildProcessError: pass\n"
            "thread = threading.Thread(target=reap); thread.start()\n"
            "drawing = refgraph.show_refs([[1, [2]]])\n"
            "print({drawing.svg()[:1] for _ in range(5)})\n"
            "stop.set(); thread.join()"
        )
        self.assertEqual(printed, "{'<'}\n")

    def test_other_children_of_the_host_are_left_alone(self):
        pid = os.spawnv(os.P_NOWAIT, "/bin/sh", ["sh", "-c", "exit 7"])
        self.drawing.svg()
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 7)

    def test_a_picture_is_drawn_with_standard_streams_closed(self):
        code = (
            "import os, refgraph\n"
            "drawing = refgraph.show_refs([[1]])\n"
            "kept = os.dup(1)\n"
            "kept = os.dup2(kept, 50)\n"
            "for fd in (0, 1, 2): os.close(fd)\n"
            "svg = drawing.svg()\n"
            "os.write(50, svg[:1].encode())\n"
            "os._exit(0)"
        )
        self.assertEqual(run_python(code), "<")

    def test_threads_draw_at_the_same_time(self):
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.drawing.svg())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(set(results)), 1)
        self.assertEqual(len(results), 8)
        self.check_nothing_stays()

    def test_a_forked_child_draws_too(self):
        code = (
            "import os, refgraph\n"
            "drawing = refgraph.show_refs([[1]]); drawing.svg()\n"
            "pid = os.fork()\n"
            "if pid == 0: os._exit(0 if drawing.svg().startswith('<') else 1)\n"
            "print(os.waitpid(pid, 0)[1])"
        )
        self.assertEqual(run_python(code), "0\n")


HOSTILE_NAMES = {
    "quotes": "a\"b'c",
    "backslash": "a\\b",
    "escape of Graphviz": "\\N\\G\\l\\E",
    "newline": "a\nb\r\nc",
    "NUL": "a\0b",
    "surrogate": "a\ud800b\udfffc",
    "bidi": "a\u202eb\u2066c\u200fd",
    "escape sequence": "a\x1b[31mb\x07",
    "zero width": "a\u200bb\ufeffc",
    "line separators": "a\u2028b\u2029c\x85d",
    "markup": "<b>&amp;</b>]]>",
    "record": "{a|<p>b}",
    "format": "%s%n%d",
    "long": "long" * 250_000,
    "beyond the BMP": "\U0001f600\U000e0001",
    "private": "\ue000\uffff\ufdd0",
}
NEVER_SHOWN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class HostileText(unittest.TestCase):
    """Names and strings are the program's: they come out as visible escapes, shortened."""

    def drawings(self, text):
        attributes = thing("Attributes")
        attributes.__dict__[text] = [1]
        named = type(text.replace("\0", "").replace("\ud800", "").replace("\udfff", "") or "T", (), {})()
        function = (lambda: 1).__class__((lambda: 1).__code__.replace(co_name="f", co_filename=text.replace("\0", "")), {})
        function.__qualname__ = text
        yield refgraph.show_refs([{text: [1], (text, 1): text}, [text], attributes, named, function], caption=True)
        yield refgraph.show_refs([[text, thing("T")]], extra_info=lambda obj: text, extra_node_attrs=lambda obj: {"tooltip": text})

    def check(self, text):
        self.assertIsNone(NEVER_SHOWN.search(text), NEVER_SHOWN.findall(text)[:3])
        self.assertLess(len(text), 60_000)
        text.encode("utf-8")

    def test_dot_text_and_json_hold_only_what_can_be_seen(self):
        for name, text in HOSTILE_NAMES.items():
            for drawing in self.drawings(text):
                with self.subTest(name):
                    self.check(drawing.dot)
                    self.check(drawing.text)
                    self.check(drawing.caption)
                    self.check(repr(drawing))
                    self.check(drawing.json())
                    for node in json.loads(drawing.json())["nodes"]:
                        self.check(node["label"] + node["type"])
                    for edge in drawing.edges:
                        self.check(edge["name"])

    def test_pictures_hold_only_what_can_be_seen(self):
        for name, text in HOSTILE_NAMES.items():
            for drawing in self.drawings(text):
                with self.subTest(name):
                    svg = drawing.svg()
                    self.check(svg)
                    xml.etree.ElementTree.fromstring(svg)
                    self.assertTrue(drawing.pdf().startswith(b"%PDF-"))
                    for kind, content in png_chunks(drawing.png()):
                        if kind == "tEXt":
                            self.assertIsNone(re.search(rb"[\x01-\x08\x0b-\x1f]", content))

    def test_a_name_cannot_end_the_line_of_a_text(self):
        drawing = refgraph.show_refs([{"a\n├─ forged": thing("Value")}])
        self.assertFalse([line for line in drawing.text.splitlines() if line.startswith("├─ forged")])
        self.assertIn("\\n", drawing.text)

    def test_escapes_can_be_seen(self):
        drawing = refgraph.show_refs([["a\0b", "a\u202eb", "a\ud800b"]])
        for escape in ("\\x00", "\\u202e", "\\ud800"):
            self.assertIn(escape, drawing.text)

    def test_a_long_string_is_shortened_and_has_its_size(self):
        drawing = refgraph.show_refs([["x" * 1_000_000]])
        self.assertLess(len(drawing.text), 300)
        self.assertIn("1.0 MB", drawing.text)
        self.assertIn("…", drawing.text)

    def test_hostile_names_of_threads_and_modules_are_escaped(self):
        code = (
            "import sys, threading, types, refgraph\n"
            "threading.current_thread().name = 'thread\\nname\\u202e'\n"
            "module = types.ModuleType('mod\\nule\\u202e'); module.value = object.__new__(type('V', (), {}))\n"
            "sys.modules['m'] = module\n"
            "def find():\n"
            "    local = type('L', (), {})()\n"
            "    return refgraph.why([local, module.value])\n"
            "print(ascii(find().text))"
        )
        printed = run_python(code)
        self.assertNotIn("\\u202e", printed.replace("\\\\u202e", ""))
        self.assertIn("mod\\\\nule", printed)
        self.assertIn("thread\\\\nname", printed)


class HostileObjects(unittest.TestCase):
    """No code of an object that is drawn runs."""

    def make(self, calls):
        def record(name):
            def method(self, *args, **kwargs):
                calls.append(name)
                raise RuntimeError(name)

            return method

        special = """
            __repr__ __str__ __format__ __len__ __length_hint__ __bool__ __getattr__ __getattribute__ __sizeof__ __eq__
            __ne__ __lt__ __hash__ __iter__ __next__ __contains__ __getitem__ __call__ __dir__ __reduce__ __reduce_ex__
            __int__ __index__ __float__ __bytes__ __fspath__ __instancecheck__ __subclasscheck__ __get__ __del__
        """.split()

        class Meta(type):
            pass

        for name in special + ["mro"]:
            if name not in ("__getattribute__", "__hash__", "__eq__", "__del__", "__get__", "mro", "__call__"):
                setattr(Meta, name, record("Meta." + name))

        def lie(name):
            return property(record(name))

        namespace = {name: record(name) for name in special if name != "__del__"}
        namespace["__class__"] = lie("__class__")
        namespace["__dict__"] = lie("__dict__")
        namespace["__slots__"] = ("slot",)
        Hostile = Meta("Hostile", (), dict(namespace))
        namespace = {name: record(name) for name in special if name not in ("__del__", "__get__")}
        namespace["__class__"] = lie("__class__")
        attributed = Meta("Attributed", (), namespace)
        hostile, with_dict = object.__new__(Hostile), object.__new__(attributed)
        object.__setattr__(with_dict, "attribute", [1])
        sequences = []
        for base in (list, dict, tuple, set, str, int, bytes, float):
            cls = Meta("Hostile" + base.__name__, (base,), {k: v for k, v in namespace.items()})
            sequences.append(base.__new__(cls))
        return [hostile, with_dict, *sequences, Hostile, attributed, Meta]

    def draw_all(self, call):
        calls = []
        objects = self.make(calls)
        tuple_of_all = (*objects, [objects[0]], {"key": objects[1]}, lambda: objects)
        calls.clear()
        drawing = call([tuple_of_all])
        for told in (drawing.text, drawing.dot, drawing.json(), repr(drawing), drawing.nodes, drawing.edges):
            self.assertTrue(told)
        self.assertEqual(calls, [])
        return drawing

    def test_show_refs_calls_nothing(self):
        drawing = self.draw_all(lambda targets: refgraph.show_refs(targets, 4, too_many=100))
        self.assertIn("Hostile", [node["type"] for node in drawing.nodes])
        self.assertIn("attribute", [edge["name"] for edge in drawing.edges])

    def test_show_refs_with_callables_calls_nothing(self):
        self.draw_all(
            lambda targets: refgraph.show_refs(
                targets, 4, filter=lambda o: True, highlight=lambda o: False, extra_info=lambda o: "",
                extra_node_attrs=lambda o: {}, extra_ignore=[1],
            )
        )

    def test_show_backrefs_calls_nothing(self):
        self.draw_all(lambda targets: refgraph.show_backrefs(targets, 4))
        self.draw_all(lambda targets: refgraph.show_backrefs(list(targets[0]), 2, filter=lambda o: True))

    def test_why_calls_nothing(self):
        self.draw_all(lambda targets: refgraph.why(targets, max_paths=3))
        self.draw_all(lambda targets: refgraph.why(list(targets[0])))

    def test_why_closures_calls_nothing(self):
        self.draw_all(lambda targets: refgraph.why_closures(all=True))

    def test_a_target_that_is_hostile_calls_nothing(self):
        calls = []
        objects = self.make(calls)
        calls.clear()
        for obj in objects:
            refgraph.show_refs([obj])
        graph = refgraph.capture()
        for drawing in (
            refgraph.show_backrefs(objects), refgraph.why(objects), graph.refs(objects), graph.backrefs(objects),
            graph.why(objects),
        ):
            self.assertEqual(len([n for n in drawing.nodes if n["role"] == "target"]), len(objects))
        self.assertEqual(calls, [])

    def test_a_hostile_object_as_the_only_argument_calls_nothing(self):
        calls = []
        objects = self.make(calls)
        calls.clear()
        graph = refgraph.capture()
        for obj in objects:
            refgraph.show_refs(obj)
            graph.refs(obj)
        for obj in objects[:4]:  # of which two are a list and a dict
            refgraph.show_backrefs(obj)
            refgraph.why(obj)
        self.assertEqual(calls, [])

    def test_keys_of_a_dict_are_not_asked(self):
        calls = []

        class Key:
            def __hash__(self):
                calls.append("hash")
                return 1

            def __eq__(self, other):
                calls.append("eq")
                return self is other

            def __repr__(self):
                calls.append("repr")
                return "key"

        table = {Key(): thing("A"), Key(): thing("B")}
        calls.clear()
        refgraph.show_refs([table]).text
        refgraph.why([table]).text
        self.assertEqual(calls, [])

    def test_keys_of_an_attribute_dict_that_lie_are_not_asked(self):
        calls = []

        class Name(str):
            def __hash__(self):
                calls.append("hash")
                return str.__hash__(self)

            def __eq__(self, other):
                calls.append("eq")
                return str.__eq__(self, other)

        instance = thing("Instance")
        instance.__dict__[Name("attribute")] = thing("Value")
        calls.clear()
        drawing = refgraph.show_refs([instance])
        refgraph.capture().refs(instance)
        self.assertEqual(calls, [])
        self.assertIn("Value", [node["type"] for node in drawing.nodes])

    def test_sys_modules_and_threading_full_of_lies_do_no_harm(self):
        printed = run_python(
            "import sys, threading, refgraph\n"
            "calls = []\n"
            "class Lie:\n"
            "    def __getattr__(self, name): calls.append(name); raise RuntimeError\n"
            "    __hash__ = object.__hash__\n"
            "    def __eq__(self, other): calls.append('eq'); raise RuntimeError\n"
            "sys.modules['lie'] = Lie()\n"
            "threading._active[Lie()] = Lie()\n"
            "threading.current_thread()._name = Lie()\n"
            "calls.clear()\n"
            "refgraph.why([[1]]).text; refgraph.why_closures().text\n"
            "threading.current_thread()._name = 'MainThread'\n"
            "threading._active.popitem(); del sys.modules['lie']\n"
            "print(calls)"
        )
        self.assertEqual(printed, "[]\n")

    def test_a_class_that_is_not_finished_yet_is_drawn(self):
        drawings = []

        class Meta(type):
            def mro(cls):
                drawings.append(refgraph.show_refs([cls], internals=True))
                return super().mro()

        cls = Meta("Unfinished", (), {})
        self.assertIn("Unfinished", drawings[0].nodes[0]["label"])
        self.assertTrue(cls)


if __name__ == "__main__":
    unittest.main()
