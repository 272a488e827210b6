"""Holders of the library that the report knows: their words, and the calls that make them let go."""

import asyncio
import atexit
import concurrent.futures
import contextlib
import contextvars
import functools
import logging
import sched
import signal
import threading
import types
import unittest
import weakref

import refgraph

# By a name: what the report is to call the holder, and what it is to call to release.
KNOWN = {
    "at_exit": ("atexit", "atexit.unregister(at_exit)"),
    "on_signal": ("signal", "signal.signal(number, signal.SIG_DFL)"),
    "in_cache": ("functools.lru_cache", ".cache_clear()"),
    "in_context": ("contextvars.Context", "variable.reset(token)"),
    "in_token": ("contextvars.Token", "variable.reset(token)"),
    "of_future": ("asyncio.Future", "remove_done_callback(of_future)"),
    "in_loop": ("asyncio.Handle", "cancel()"),
    "in_timer_of_loop": ("asyncio.TimerHandle", "cancel()"),
    "of_pool": ("concurrent.futures.Future", " = None"),
    "of_timer": ("threading.Timer", "cancel()"),
    "of_thread": ("threading.Thread", "join()"),
    "at_end": ("weakref.finalize", "finalizer.detach()"),
    "by_weak_key": ("weakref.WeakKeyDictionary", "del "),
    "of_logger": ("logging.Logger.filters", "removeFilter(of_logger)"),
    "of_handler": ("logging.Handler.filters", "removeFilter(of_handler)"),
    "on_exit": ("contextlib.ExitStack", "close()"),
    "in_schedule": ("sched.scheduler", "cancel(event)"),
}


class Session:
    pass


class Handler(logging.Handler):
    pass


def make(name):
    """A closure of this name, that captures something which should be gone."""
    session = Session()
    refgraph.expect_gone(session)

    def listener(*args, **kwargs):
        return session

    names = {"co_name": name}
    if hasattr(listener.__code__, "co_qualname"):
        names["co_qualname"] = name
    return types.FunctionType(listener.__code__.replace(**names), {}, name, None, listener.__closure__)


@functools.lru_cache(maxsize=None)
def cached(_):
    return None


class Known(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cleanup = contextlib.ExitStack()
        cls.hold_all()
        cls.leaks = {leak.qualname.rpartition(".")[2]: leak for leak in refgraph.leaks()}

    @classmethod
    def tearDownClass(cls):
        cls.cleanup.close()

    @classmethod
    def hold_all(cls):
        at_exit = make("at_exit")
        atexit.register(at_exit)
        cls.cleanup.callback(atexit.unregister, at_exit)
        cls.cleanup.callback(signal.signal, signal.SIGUSR1, signal.signal(signal.SIGUSR1, make("on_signal")))
        cached(make("in_cache"))
        cls.cleanup.callback(cached.cache_clear)
        cls.held = (*cls.hold_by_tasks(), *cls.hold_by_threads(), *cls.hold_by_others())

    @classmethod
    def hold_by_tasks(cls):
        first, second = contextvars.ContextVar("first"), contextvars.ContextVar("second")
        first.set(make("in_context"))
        second.set(make("in_token"))
        loop = asyncio.new_event_loop()
        cls.cleanup.callback(loop.close)
        future = loop.create_future()
        future.add_done_callback(make("of_future"))
        loop.call_soon(make("in_loop"))
        loop.call_later(1000, make("in_timer_of_loop"))
        return first, second.set(None), loop, future

    @classmethod
    def hold_by_threads(cls):
        pooled = concurrent.futures.Future()
        pooled.add_done_callback(make("of_pool"))
        return pooled, threading.Timer(1000, make("of_timer")), threading.Thread(target=make("of_thread"))

    @classmethod
    def hold_by_others(cls):
        owner, table = Session(), weakref.WeakKeyDictionary()
        weakref.finalize(owner, make("at_end")).atexit = False
        table[owner] = make("by_weak_key")
        logger, handler = logging.Logger("test"), Handler()
        logger.addFilter(make("of_logger"))
        handler.addFilter(make("of_handler"))
        stack, schedule = contextlib.ExitStack(), sched.scheduler()
        stack.push(make("on_exit"))
        schedule.enter(1000, 1, make("in_schedule"))
        return owner, table, logger, handler, stack, schedule


def add_test(name):
    holder, call = KNOWN[name]

    def test(self):
        leak = self.leaks[name]
        self.assertEqual(leak.holder, holder)
        self.assertTrue(any(call in mend.call for mend in leak.mends), leak.mends)

    setattr(Known, f"test_{holder.replace('.', '_').lower()}_is_known_by_its_word_and_call_{name}", test)


for name in KNOWN:
    add_test(name)


if __name__ == "__main__":
    unittest.main()
