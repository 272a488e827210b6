"""What refgraph.progress_bar() shows where."""

import builtins
import contextlib
import io
import types
import unittest
from unittest import mock

import refgraph


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Bar(unittest.TestCase):
    def setUp(self):
        self.now = 0.0
        patch = mock.patch("time.monotonic", lambda: self.now)
        patch.start()
        self.addCleanup(patch.stop)

    def shown(self, stream, *calls):
        with contextlib.redirect_stderr(stream):
            bar = refgraph.progress_bar()
            for seconds, done, total in calls:
                self.now += seconds
                bar("reading", done, total)
        return stream.getvalue()

    def test_on_a_terminal_it_is_a_line_that_goes_at_the_end(self):
        text = self.shown(Terminal(), (1, 5, 10), (1, 10, 10))
        self.assertEqual(text, "\r\033[Kreading [###############               ]\r\033[K")

    def test_what_is_over_soon_shows_nothing(self):
        self.assertEqual(self.shown(Terminal(), (0.01, 5, 10), (0.01, 10, 10)), "")

    def test_an_unknown_total_has_no_bar(self):
        self.assertEqual(self.shown(Terminal(), (1, 5, 0)), "\r\033[Kreading ...")

    def test_elsewhere_it_shows_nothing(self):
        self.assertEqual(self.shown(io.StringIO(), (1, 5, 10)), "")

    def test_in_a_notebook_it_is_one_display_that_is_updated(self):
        published = []
        shell = types.SimpleNamespace(
            kernel=None, display_pub=types.SimpleNamespace(publish=lambda **message: published.append(message))
        )
        with mock.patch.object(builtins, "get_ipython", lambda: shell, create=True):
            self.shown(Terminal(), (1, 5, 10), (0.01, 6, 10), (1, 10, 10))
        self.assertEqual([message["update"] for message in published], [False, True])
        self.assertEqual(len({message["transient"]["display_id"] for message in published}), 1)
        self.assertEqual(published[0]["data"]["text/html"], '<progress value="0.500"></progress> reading 50%')


if __name__ == "__main__":
    unittest.main()
