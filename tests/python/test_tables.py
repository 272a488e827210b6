"""Tables of analyses: records, their texts, and that they say what is so."""

import gc
import html.parser
import json
import sys
import threading
import unittest
import weakref

import refgraph


class Panel:
    def __init__(self, num):
        self.rows = bytearray(num)
        self.callback = lambda: self.rows


class Lost:
    pass


def records_in_json(table):
    """The records as a program reads them."""
    return json.loads(table.json())


def plain(value):
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(field) for name, field in value._asdict().items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.panel = Panel(100_000)
        gc.collect()
        was_enabled = gc.isenabled()
        gc.disable()
        lost = Lost()
        lost.itself = lost
        del lost
        cls.graph = refgraph.capture()
        if was_enabled:
            gc.enable()
        cls.tables = (cls.graph.types(limit=5), cls.graph.closures(limit=5), cls.graph.dominators(limit=5),
                      cls.graph.cycles(limit=5))

    def test_have_the_fields_of_their_records_as_keys_of_the_json(self):
        for table in self.tables:
            self.assertEqual(list(records_in_json(table)[0]), list(table[0]._fields), repr(table))

    def test_say_in_json_what_the_records_say(self):
        for table in self.tables:
            self.assertEqual(records_in_json(table), [plain(record) for record in table])

    def test_are_sequences_that_a_limit_cuts(self):
        for table in self.tables:
            self.assertEqual(len(table), 5)
            self.assertEqual(table[-1], list(table)[4])
            self.assertEqual(table[1:3], (table[1], table[2]))
            self.assertGreater(table.omitted, 0)
        self.assertEqual(self.graph.types(limit=None).omitted, 0)
        self.assertEqual(len(self.graph.types(limit=0)), 0)

    def test_are_shown_by_print_and_in_notebooks(self):
        for table in self.tables:
            bundle = table._repr_mimebundle_()
            self.assertEqual(bundle["text/plain"], str(table))
            self.assertTrue(bundle["text/html"].startswith("<table"))
            self.assertIn(f"{table.omitted:,}".replace(",", " ") + " not listed: limit=None lists all", str(table))
            self.assertIn(table.summary, repr(table))

    def test_hostile_names_are_text_in_notebooks(self):
        shown = {}
        for name in ("<b>bold</b>", "&lt;", "\"quoted'", "=1+1", "</td><script>"):
            kind = type(name, (), {})
            (record,) = refgraph.Graph._capture([kind()], max_depth=0)[0].types(limit=1)
            shown[record.type] = kind()
        cells = []
        parser = html.parser.HTMLParser()
        parser.handle_data = cells.append
        parser.handle_starttag = lambda tag, _: self.assertIn(tag, ("table", "caption", "thead", "tbody", "tr", "th", "td"))
        parser.feed(refgraph.capture().types(limit=None)._repr_mimebundle_()["text/html"])
        for name in shown:
            self.assertIn(name, cells)

    def test_say_of_which_capture_they_are(self):
        for table in self.tables:
            self.assertEqual(table.process, self.graph.process)
            self.assertGreater(table.process["pause_ns"], 0)
            self.assertEqual(table.losses, self.graph.losses)

    def test_refuse_limits_that_are_none(self):
        for limit, error in ((-1, refgraph.ArgumentError), ("5", TypeError), (1.5, TypeError)):
            with self.assertRaises(error):
                self.graph.types(limit=limit)

    def test_of_types_say_what_they_retain_if_asked(self):
        (panels,) = self.graph.types("type:Panel")
        (measured,) = self.graph.types("type:Panel", retained=True)
        self.assertIsNone(panels.retained)
        self.assertGreater(measured.retained, measured.size)
        self.assertEqual(measured.retained, self.graph.retained(where="type:Panel"))

    def test_of_types_count_what_a_filter_holds_for(self):
        (panels,) = self.graph.types("type:Panel")
        self.assertEqual((panels.count, panels.size), (1, sys.getsizeof(self.panel)))

    def test_of_closures_have_what_their_code_says(self):
        (site,) = self.graph.closures("closure name:Panel.__init__")
        # Code has a qualified name since 3.11.
        name = "Panel.__init__.<locals>.<lambda>" if sys.version_info >= (3, 11) else "<lambda>"
        self.assertEqual((site.qualname, site.file, site.copies), (name, __file__, 1))
        (capture,) = site.captures
        self.assertEqual((capture.name, capture.type, capture.shared), ("self", "Panel", 1))
        self.assertEqual((capture.read, capture.written, capture.attributes), (True, False, ("rows",)))

    def test_of_closures_say_who_holds_them(self):
        (site,) = self.graph.closures("closure name:Panel.__init__")
        self.assertEqual(sum(holder.closures for holder in site.holders), site.copies)
        self.assertEqual(site.holders[0].type, "Panel")

    def test_of_closures_begin_with_those_that_retain_most(self):
        sites = self.graph.closures(limit=None)
        retained = [site.retained for site in sites if not site.implicit]
        self.assertEqual(retained, sorted(retained, reverse=True))

    def test_of_closures_measure_a_site_as_the_set_of_its_closures(self):
        self.panel.others = [Panel(1000) for _ in range(3)]
        callbacks = [panel.callback for panel in self.panel.others]
        graph = refgraph.capture()
        (site,) = graph.closures("closure name:Panel.__init__")
        self.assertEqual(site.copies, 4)
        self.assertEqual(site.retained, graph.retained([self.panel.callback, *callbacks]))
        del self.panel.others

    def test_of_dominators_begin_at_what_was_asked_for(self):
        table = self.graph.dominators(self.panel)
        self.assertEqual([(record.depth, record.type.rpartition(".")[2]) for record in table],
                         [(0, "Panel"), (1, "bytearray"), (1, "function")])
        self.assertEqual(table[1].parent, table[0].id)
        self.assertEqual(table[0].retained, self.graph.retained(self.panel))

    def test_retained_bytes_of_an_object_hold_those_that_it_dominates(self):
        size = self.graph.retained(self.panel)
        self.assertGreaterEqual(size, sys.getsizeof(self.panel) + sys.getsizeof(self.panel.rows))
        self.assertLess(size, 101_000)

    def test_retained_bytes_of_many_are_those_of_all_together(self):
        together = self.graph.retained([self.panel, self.panel.rows])
        self.assertEqual(together, self.graph.retained(self.panel))

    def test_of_cycles_name_the_variable_to_cut(self):
        (cycle,) = [c for c in self.graph.cycles(limit=None) if c.object.startswith("Panel.__init__")]
        self.assertEqual((cycle.fate, cycle.shape), ("alive", "closure of its owner"))
        self.assertTrue(cycle.cut.startswith("self of Panel.__init__.<locals>.<lambda>, function"), cycle.cut)

    def test_of_cycles_tell_which_are_garbage(self):
        (cycle,) = [c for c in self.graph.cycles(limit=None) if c.object == "Lost"]
        self.assertEqual((cycle.fate, cycle.cut), ("garbage", ".itself of Lost"))

    def test_of_cuts_name_what_frees_the_object_when_it_is_undone(self):
        gc.collect()
        listeners, panel = {"click": []}, Panel(1000)
        listeners["click"].append(panel.callback)
        alias = weakref.ref(panel)
        del panel
        cut = refgraph.capture().cut(alias())
        self.assertEqual([record.reference for record in cut], ["self"])
        self.assertIn("cut this reference: it frees ", cut.summary)
        closure = listeners["click"][0]
        closure.__closure__[0].cell_contents = None
        self.assertIsNone(alias())

    def test_of_cuts_name_every_holder(self):
        panel = Panel(1000)
        first, second = [panel], {"key": panel}
        alias = weakref.ref(panel)
        panel.callback = None
        del panel
        cut = refgraph.capture().cut(alias())
        self.assertEqual({record.reference for record in cut}, {"[0]", "['key']"})
        del first[0], second["key"]
        self.assertIsNone(alias())

    def test_of_cuts_say_why_there_is_nothing(self):
        (garbage,) = self.graph.find("type:Lost garbage")
        cut = self.graph.cut(id=garbage)
        self.assertEqual((len(cut), cut.summary), (0, "nothing to cut: no root reaches it"))

    def test_of_paths_share_no_object(self):
        panel = Panel(1000)
        holders = [panel], {"key": panel}
        paths = refgraph.capture().paths(panel)
        inner = [{step.id for step in path.steps[:-1]} for path in paths]
        self.assertEqual(sum(len(ids) for ids in inner), len(set().union(*inner)))
        self.assertEqual(paths[0].steps[-1].id, paths[0].id)
        self.assertEqual(len(paths[0].steps), paths[0].length)
        self.assertTrue(paths[0].path.endswith("panel"), paths[0].path)
        self.assertEqual(len(holders), 2)

    def test_of_paths_are_about_one_object(self):
        with self.assertRaises(ValueError):
            self.graph.paths(where="type:dict")

    def test_can_be_asked_for_by_many_threads(self):
        graph, answers = refgraph.capture(), []
        threads = [threading.Thread(target=lambda: answers.append(graph.dominators(limit=3).json())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [answers[0]] * 8)


if __name__ == "__main__":
    unittest.main()
