"""What calls say of arguments that cannot be used, and that they run no code of these to find out."""

import io
import os
import tempfile
import unittest

import refgraph
import refgraph.testing


class Odd:
    """Of no type that any call takes."""


class Hostile:
    """To ask it for its class runs its code."""

    @property
    def __class__(self):
        raise RuntimeError("its class was asked for")


class HostileKind(type):
    def __getattribute__(cls, name):
        raise RuntimeError(f"its class was asked for {name}")


class OfHostileKind(metaclass=HostileKind):
    pass


class Types(unittest.TestCase):
    def check_refused(self, words, call):
        for obj, name in ((Odd(), "Odd"), (Hostile(), "Hostile"), (OfHostileKind(), "OfHostileKind")):
            with self.assertRaises(TypeError) as caught:
                call(obj)
            self.assertEqual(str(caught.exception), f"{words}, not {name}")

    def test_dump_runs_no_code_of_what_is_no_file(self):
        self.check_refused("path_or_file must be a path or a file open for writing", refgraph.dump)

    def test_load_runs_no_code_of_what_is_no_file(self):
        self.check_refused("path_or_file must be a path or a file open for reading", refgraph.load)

    def test_load_closes_no_descriptor_whose_number_a_path_has(self):
        with tempfile.TemporaryFile() as other, tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "heap.rgd")
            refgraph.dump(path)
            numbered = type("Numbered", (), {"__fspath__": lambda self: path, "__index__": lambda self: other.fileno()})
            self.assertGreater(refgraph.load(numbered()).num_nodes, 1000)
            os.fstat(other.fileno())

    def test_leaks_runs_no_code_of_what_is_no_graph(self):
        self.check_refused("each of sources must be a Graph or the path of a dump", refgraph.leaks)

    def test_leaks_runs_no_code_of_what_a_step_returns(self):
        for obj in (Hostile(), OfHostileKind()):
            self.assertEqual(len(refgraph.leaks(step=lambda: obj, rounds=1)), 0)

    def test_every_parameter_of_another_type_is_named(self):
        graph, drawing = refgraph.capture(), refgraph.show_refs([[1]])
        report, done = refgraph.leaks(step=lambda: None, rounds=1), refgraph.dump(io.BytesIO())
        for words, call in {
            "mode must be a str": lambda obj: refgraph.dump("no.rgd", mode=obj),
            "progress must be a function": lambda obj: refgraph.dump("no.rgd", progress=obj),
            "max_memory must be an int or None": lambda obj: refgraph.load("no.rgd", max_memory=obj),
            "signum must be an int": refgraph.install_dump_signal,
            "directory must be a str or Path": lambda obj: refgraph.install_dump_signal(directory=obj),
            "step must be a function without arguments": lambda obj: refgraph.leaks(step=obj),
            "filename must be a str or Path": lambda obj: refgraph.why([], filename=obj),
            "output must be a file object": lambda obj: refgraph.show_refs([], output=obj),
            "max_depth must be an int": lambda obj: refgraph.show_refs([], obj),
            "extra_ignore must be a collection of ids": lambda obj: refgraph.show_refs([], extra_ignore=obj),
            "filter must be a function": lambda obj: refgraph.show_refs([], filter=obj),
            "highlight must be a function": lambda obj: refgraph.show_backrefs([], highlight=obj),
            "rankdir must be a str": lambda obj: refgraph.show_refs([], rankdir=obj),
            "max_paths must be an int": lambda obj: refgraph.why([], max_paths=obj),
            "limit must be an int": refgraph.why_closures,
            "id must be an int or a sequence of ints": lambda obj: graph.why(id=obj),
            "id must be an int": graph.node,
            "where must be a str": graph.find,
            "where must be a str or None": graph.closures,
            "limit must be an int or None": lambda obj: graph.types(limit=obj),
            "older must be a Graph": graph.diff,
            "by must be a str": lambda obj: graph.diff(graph, by=obj),
            "path must be a str or Path": graph.save,
            "format must be a str or None": lambda obj: graph.export("no.csv", obj),
            "disjoint must be an int": lambda obj: graph.paths(id=1, disjoint=obj),
            "baseline must be the text of one, as of open(path).read()": report.accept,
            "i must be an int": report.draw,
            "timeout must be a number of seconds": done.wait,
            "ignore must be a list of patterns": lambda obj: refgraph.testing.assert_no_leaks(ignore=obj),
        }.items():
            with self.subTest(words):
                self.check_refused(words, call)
        for words, call in (
            ("path must be a str or Path", drawing.save),
            ("timeout must be a number of seconds", lambda obj: drawing.svg(timeout=obj)),
        ):
            with self.subTest(f"{words}, of a drawing"):
                self.check_refused(words, call)


class Values(unittest.TestCase):
    def test_an_id_may_empty_the_list_that_it_is_in(self):
        class Id:
            def __index__(self):
                ids.clear()
                return 1

        graph = refgraph.capture()
        ids = [Id(), *range(1, 1000)]
        self.assertEqual(graph._retained(ids), graph.retained(id=range(1, 1000)))

    def test_more_memory_than_any_machine_has_is_no_limit(self):
        file = io.BytesIO()
        num_objects = refgraph.dump(file).objects
        graph = refgraph.load(io.BytesIO(file.getvalue()), max_memory=2**64 + 1000)
        self.assertEqual(graph.num_nodes, num_objects)


if __name__ == "__main__":
    unittest.main()
