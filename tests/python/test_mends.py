"""What a mend is said to free is what goes when it is applied."""

import gc
import unittest
import weakref

import refgraph

SIZE = 50_000
NUM = 6
NOISE = 5_000  # bytes that come and go with captures, and with what a mend makes


class Session:
    def __init__(self):
        self.name = "session"
        self.rows = bytearray(SIZE)
        self.closed = True

    def refresh(self):
        return self.rows


class Bus:
    def __init__(self):
        self.handlers = []


bus = Bus()


def heap_size():
    return sum(row.size for row in refgraph.capture().types(limit=None))


def listen(session):
    def release():
        nonlocal session
        session = None

    bus.handlers.append(lambda: session.name)
    return release


def listen_narrowly(session):
    name = session.name
    bus.handlers.append(lambda: name)


def listen_in_cycle(session):
    session.callback = lambda: session
    bus.handlers.append(session.callback)


class Mends(unittest.TestCase):
    def setUp(self):
        # What waits for a collection must not go by one that comes by itself.
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        self.addCleanup(bus.handlers.clear)

    def mend(self, kind):
        (leak,) = [leak for leak in refgraph.leaks() if leak.holder in ("Bus.handlers", "cycle")]
        return next(mend for mend in leak.mends if mend.kind == kind)

    def check_frees(self, mend, apply):
        """At once what it says, and the rest when the collector comes."""
        before = heap_size()
        apply()
        at_once = heap_size()
        gc.collect()
        after = heap_size()
        self.assertAlmostEqual(before - at_once, mend.freed_now, delta=NOISE)
        self.assertAlmostEqual(at_once - after, mend.freed_at_gc, delta=NOISE)
        self.assertGreater(before - after, NUM * SIZE - NOISE)

    def test_the_end_of_closures_frees_what_it_is_said_to(self):
        for _ in range(NUM):
            listen(Session())
        self.check_frees(self.mend("lifetime"), bus.handlers.clear)

    def test_the_end_of_closures_in_a_cycle_frees_it_at_the_next_collection(self):
        for _ in range(NUM):
            listen_in_cycle(Session())
        mend = self.mend("lifetime")
        self.assertGreater(mend.freed_at_gc, NUM * SIZE)
        self.check_frees(mend, bus.handlers.clear)

    def test_letting_go_of_a_variable_frees_what_it_is_said_to(self):
        releases = [listen(Session()) for _ in range(NUM)]
        self.check_frees(self.mend("release"), lambda: [release() for release in releases])

    def test_capturing_less_frees_what_it_is_said_to(self):
        for _ in range(NUM):
            listen(Session())

        def narrow():
            bus.handlers.clear()
            for _ in range(NUM):
                listen_narrowly(Session())

        self.check_frees(self.mend("narrow"), narrow)

    def test_cutting_a_cycle_frees_what_it_is_said_to(self):
        sessions = [weakref.ref(session) for session in map(self.lonely, range(NUM))]
        self.check_frees(self.mend("cycle"), lambda: [setattr(session(), "callback", None) for session in sessions])

    @staticmethod
    def lonely(_):
        session = Session()
        session.callback = lambda: session
        return session

    def test_holding_methods_weakly_frees_what_it_is_said_to(self):
        for _ in range(NUM):
            bus.handlers.append(Session().refresh)

        def hold_weakly():
            bus.handlers[:] = [weakref.WeakMethod(handler) for handler in bus.handlers]

        self.check_frees(self.mend("weak"), hold_weakly)


if __name__ == "__main__":
    unittest.main()
