"""by_allocation(), and where else it is said where captured values were allocated."""

import json
import tracemalloc
import unittest

import refgraph


class Session:
    pass


def subscribe(listeners):
    session = Session()
    listeners.append(lambda: session)


SUBSCRIBE_LINE = subscribe.__code__.co_firstlineno + 1


def remember(listeners):
    rows = [bytes(100) for _ in range(1000)]
    listeners.append(lambda: rows)


REMEMBER_LINE = remember.__code__.co_firstlineno + 1


class ByAllocation(unittest.TestCase):
    def setUp(self):
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.listeners = []
        self.addCleanup(self.listeners.clear)
        for _ in range(100):
            subscribe(self.listeners)

    def line(self):
        lines = refgraph.by_allocation(limit=None)
        return next(line for line in lines if (line.file, line.line) == (__file__, SUBSCRIBE_LINE))

    def test_names_the_closures_that_capture_what_was_allocated_at_a_line(self):
        line = self.line()
        (closure,) = line.closures
        self.assertEqual((closure.name, closure.values), ("session", 100))
        self.assertEqual((closure.file, closure.line), (__file__, SUBSCRIBE_LINE + 1))
        self.assertGreaterEqual(line.count, 100)

    def test_knows_a_list_that_was_made_out_of_one_that_was_gone_by_its_items(self):
        tracemalloc.stop()
        gone = [[] for _ in range(200)]
        tracemalloc.start()
        del gone
        remember(self.listeners)
        sites = refgraph.capture().closures(limit=None)
        (site,) = [site for site in sites if (site.file, site.line) == (__file__, REMEMBER_LINE + 1)]
        self.assertEqual(site.captures[0].allocated, f"{__file__}:{REMEMBER_LINE}")

    def test_has_the_lines_of_tracemalloc(self):
        statistics = tracemalloc.take_snapshot().statistics("lineno")
        wanted = {(entry.traceback[0].filename, entry.traceback[0].lineno) for entry in statistics}
        found = {(line.file, line.line) for line in refgraph.by_allocation(limit=None)}
        self.assertLess(len(wanted - found), 5)

    def test_lists_the_largest_lines_as_far_as_asked_for(self):
        table = refgraph.by_allocation(limit=2)
        self.assertEqual(len(table), 2)
        self.assertGreaterEqual(table[0].size, table[1].size)
        self.assertGreater(table.omitted, 0)

    def test_says_the_same_in_json(self):
        record, *_ = json.loads(refgraph.by_allocation(limit=1).json())
        self.assertEqual(list(record), ["file", "line", "size", "count", "closures"])

    def test_is_refused_where_nothing_is_traced(self):
        tracemalloc.stop()
        with self.assertRaisesRegex(refgraph.NotFoundError, "tracemalloc.start"):
            refgraph.by_allocation()

    def test_is_refused_a_limit_that_is_none(self):
        with self.assertRaises(refgraph.ArgumentError):
            refgraph.by_allocation(limit=-1)


class WhereElse(unittest.TestCase):
    def setUp(self):
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.listeners = []
        self.addCleanup(self.listeners.clear)
        subscribe(self.listeners)

    def test_drawings_say_where_a_captured_value_was_allocated(self):
        drawing = refgraph.why(self.listeners)
        (session,) = [node for node in json.loads(drawing.json())["nodes"] if node["type"] == "Session"]
        self.assertEqual(session["allocated"], f"{__file__}:{SUBSCRIBE_LINE}")
        self.assertIn(f"allocated at test_allocations.py:{SUBSCRIBE_LINE}", drawing.text)

    def test_closures_say_where_most_captured_values_were_allocated(self):
        (site,) = refgraph.capture().closures("closure name:subscribe")
        self.assertEqual(site.captures[0].allocated, f"{__file__}:{SUBSCRIBE_LINE}")

    def test_nothing_is_said_of_what_was_not_traced(self):
        tracemalloc.stop()
        drawing = refgraph.why(self.listeners)
        self.assertNotIn("allocated", drawing.text)
        self.assertNotIn("allocated", drawing.json())


if __name__ == "__main__":
    unittest.main()
