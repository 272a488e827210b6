"""What a redacted graph keeps of the text that a program works on: types and lengths, but never the text itself."""

import collections
import csv
import functools
import json
import os
import sys
import tempfile
import threading
import unittest
import urllib.parse

import refgraph
import support

SECRET = "hunter2"  # in everything that comes from outside


def text_of(graph):
    """All text that a graph can tell of objects and references."""
    texts = []
    for id in range(1, graph.num_nodes + 1):
        node = graph.node(id)
        texts += [node["type"], node["label"]]
        texts += [edge["name"] for edge in graph.references(id)]
    return texts


def capture(target, redacted=True):
    graph, (id,), _ = refgraph.Graph._capture([target], redacted=redacted)
    return graph, id


def labels_of(holder):
    """(kind, name, label) of each reference of an object in a redacted graph."""
    graph, id = capture(holder)
    return [(edge["kind"], edge["name"], graph.node(edge["target"])["label"]) for edge in graph.references(id)]


def item_names(mapping):
    return [name for kind, name, _ in labels_of(mapping) if kind == "item"]


class Key(str):
    pass


class Word:
    pass


def make_marker(word):
    """Made at run time, as text that comes from outside is: the constants of this file are no data."""
    return "".join([word, "-", SECRET.upper()])


class Secrets:
    """Data that came from outside, in every place that data gets to."""

    def __init__(self):
        mark = make_marker
        self.decoded = json.loads(json.dumps({mark("json-key"): [mark("json-value"), {mark("inner"): 1}]}))
        self.query = urllib.parse.parse_qs(f"{mark('query-key')}={mark('query-value')}")
        self.environment = {mark("ENV"): mark("env-value"), mark("ENV").encode(): mark("env-bytes").encode()}
        lines = [f"{mark('column')},{mark('other')}", f"{mark('cell')},{mark('next')}"]
        self.rows = list(csv.DictReader(lines))
        self.members = {mark("member"), mark("frozen").encode(), (mark("pair"), 2)}
        self.error = ValueError(mark("message"), {mark("detail"): mark("more")})
        self.by_pair = {(mark("first"), 3): mark("of-pair"), (mark("only"),): None}
        self.by_word = {Key(mark("derived-key")): Key(mark("derived-value"))}
        self.long = {mark("x" * 200): mark("y" * 2000)}
        self.counted = collections.Counter([mark("counted")])
        self.queue = collections.deque([mark("queued")])
        self.callback = self.make_callback(mark("captured"))
        self.generator = self.make_generator(mark("suspended"))
        next(self.generator)
        self.bound = functools.partial(self.make_callback, mark("bound"), **{mark("keyword-of-partial"): 1})

    def make_callback(self, captured):
        def callback(argument=make_marker("default"), *, keyword=make_marker("keyword-default")):
            return captured, argument, keyword

        return callback

    def make_generator(self, local):
        yield local


def find_marked(texts):
    return [text for text in texts if SECRET.upper() in text]


class Redacted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.secrets = Secrets()
        cls.graph, cls.target = capture(cls.secrets)
        cls.texts = text_of(cls.graph)

    def test_no_text_from_outside_is_in_the_graph(self):
        self.assertEqual(find_marked(self.texts), [])

    def test_nor_in_a_graph_of_a_forked_child(self):
        graph, _, _ = refgraph.Graph._capture([self.secrets], redacted=True, isolated=True)
        self.assertEqual(find_marked(text_of(graph)), [])

    def test_the_same_text_is_in_a_graph_that_is_not_redacted(self):
        graph, _ = capture(self.secrets, redacted=False)
        found = " ".join(find_marked(text_of(graph)))
        for word in ("json-key", "json-value", "query-key", "env-bytes", "column", "cell", "member", "message", "first",
                     "of-pair", "counted", "queued", "captured", "suspended", "default", "keyword-default", "bound",
                     "keyword-of-partial"):
            self.assertIn(word, found)

    def test_no_text_from_outside_is_drawn(self):
        for drawing in (self.graph.refs(id=self.target, max_depth=5, too_many=100), self.graph.why(id=self.target),
                        self.graph.backrefs(id=self.target)):
            for text in (drawing.text, drawing.dot, drawing.json()):
                self.assertEqual(find_marked([text]), [])

    def test_words_of_the_program_are_kept(self):
        for word in ("environment", "generator", "callback", "Secrets", "captured", "keyword", "local",
                     "'keyword'", "Secrets.make_callback.<locals>.callback", "json", "self"):
            self.assertIn(word, self.texts)

    def test_short_keys_that_stand_in_code_are_kept(self):
        self.assertEqual(item_names({"handlers": 1, "_2": 2}), ["'handlers'", "'_2'"])

    def test_long_keys_that_stand_in_code_are_not(self):
        self.assertEqual(item_names({sys.intern("k" * 64): 1, sys.intern("k" * 65): 2}),
                         ["'" + "k" * 64 + "'", "[str, 65 characters]"])

    def test_other_keys_are_told_by_type_and_length(self):
        keys = ["".join(["a", "b"]), "x" * 300 + chr(1), b"abc", b"?", 12, 1.5, 2j, (1, 2), (1,), ()]
        self.assertEqual(
            item_names({key: None for key in keys}),
            ["[str, 2 characters]", "[str, 301 characters]", "[bytes, 3 bytes]", "[bytes, 1 byte]", "[int]", "[float]",
             "[complex]", "[tuple, 2 items]", "[tuple, 1 item]", "[tuple, 0 items]"],
        )

    def test_constants_of_the_language_are_kept_as_keys_and_as_values(self):
        self.assertEqual(item_names({None: 1, True: 2, ...: 3, NotImplemented: 4}),
                         ["None", "True", "Ellipsis", "NotImplemented"])
        self.assertEqual([label for _, _, label in labels_of([None, True, False, ..., NotImplemented])][:5],
                         ["None", "True", "False", "Ellipsis", "NotImplemented"])

    def test_of_keys_that_are_no_values_the_type_is_told(self):
        self.assertEqual(item_names({Word(): 1, Key("text"): 2}), ["<Word>", "<Key>"])

    def test_values_are_told_by_type_and_length(self):
        values = ["text", "é", b"123", 7, 2.5, 1j, -(10**30)]
        self.assertEqual(
            [label for _, _, label in labels_of(values)],
            ["[str, 4 characters]", "[str, 1 character]", "[bytes, 3 bytes]", "[int]", "[float]", "[complex]", "[int]"],
        )


class Dumped(unittest.TestCase):
    """Uncompressed dumps, byte by byte."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "heap.rgd")
        self.secrets = Secrets()

    def read(self):
        with open(self.path, "rb") as file:
            return file.read()

    def test_no_text_from_outside_is_written_by_a_forked_child(self):
        refgraph.dump(self.path, mode="fork", compress=False)
        self.assertNotIn(SECRET.upper().encode(), self.read())

    def test_nor_by_a_process_that_stands_still(self):
        refgraph.dump(self.path, mode="gil", compress=False)
        self.assertNotIn(SECRET.upper().encode(), self.read())

    def test_nor_from_a_graph_that_has_it(self):
        refgraph.capture().save(self.path, compress=False)
        self.assertNotIn(SECRET.upper().encode(), self.read())

    def test_names_of_threads_are_not_written_unless_they_are_words_of_the_program(self):
        stop = threading.Event()
        names = [make_marker("client"), "worker", None]
        threads = [threading.Thread(target=stop.wait, name=name) for name in names]
        for thread in threads:
            thread.start()
        try:
            refgraph.dump(self.path, compress=False)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        content = self.read()
        self.assertNotIn(SECRET.upper().encode(), content)
        self.assertIn(b"worker", content)
        self.assertIn(threads[2].name.encode(), content)
        self.assertIn(b"MainThread", content)

    def test_it_is_written_when_values_are_asked_for(self):
        for mode in ("fork", "gil"):
            refgraph.dump(self.path, mode=mode, compress=False, values=True)
            self.assertIn(b"json-value-" + SECRET.upper().encode(), self.read())

    def test_the_environment_is_not_written(self):
        printed = support.run_python(
            f"import refgraph; refgraph.dump({self.path!r}, compress=False);"
            f"content = open({self.path!r}, 'rb').read();"
            "print(b'WORD_OF_THE_ENVIRONMENT' in content, b'secret-of-the-environment' in content)",
            WORD_OF_THE_ENVIRONMENT="secret-of-the-environment",
        )
        self.assertEqual(printed, "False False\n")


if __name__ == "__main__":
    unittest.main()
