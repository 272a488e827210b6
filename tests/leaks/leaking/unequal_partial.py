"""A listener that is taken back by an equal one that is not equal: two partials of the same method with the same
argument are different, so that the emitter finds nothing to remove, and says nothing."""

import contextlib
import functools


class Emitter:
    def __init__(self):
        self.listeners = []

    def on(self, listener):
        self.listeners.append(listener)

    def off(self, listener):
        with contextlib.suppress(ValueError):
            self.listeners.remove(listener)


emitter = Emitter()


class Channel:
    def __init__(self):
        self.received = bytearray()
        self.closed = False


class Feed:
    def append(self, channel, data):  # leaks here
        channel.received += data

    def open(self, channel):
        emitter.on(functools.partial(self.append, channel))

    def close(self, channel):
        emitter.off(functools.partial(self.append, channel))
        channel.closed = True


class FeedWithListener(Feed):
    def open(self, channel):
        self.listener = functools.partial(self.append, channel)
        emitter.on(self.listener)

    def close(self, channel):
        emitter.off(self.listener)


class ReleasingFeed(Feed):
    def close(self, channel):
        channel.received = bytearray()


def step(feed_type=Feed):
    feed, channel = feed_type(), Channel()
    feed.open(channel)
    channel.received += bytes(40_000)
    feed.close(channel)


SINGLE = True
LEAK = dict(
    site="Feed.append",
    variable="channel",
    holder="Emitter.listeners",
    mends={"lifetime": lambda: step(FeedWithListener), "release": lambda: step(ReleasingFeed)},
)
