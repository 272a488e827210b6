"""An event bus that outlives its subscribers: each session of a trading desk subscribes a function that needs one short
word of the session and captures all of it, and nobody unsubscribes when the session is closed."""

import contextlib


class EventBus:
    def __init__(self):
        self._handlers = {}

    def on(self, event, handler):
        self._handlers.setdefault(event, []).append(handler)

    def off(self, event, handler):
        self._handlers[event].remove(handler)

    @contextlib.contextmanager
    def subscribed(self, event, handler):
        self.on(event, handler)
        try:
            yield
        finally:
            self.off(event, handler)

    def emit(self, event, value):
        return [handler(value) for handler in self._handlers.get(event, ())]


bus = EventBus()


class Session:
    def __init__(self, currency):
        self.currency = currency
        self.quotes = bytearray(50_000)
        self.closed = False


def trade(session):
    def on_rate(rate):  # leaks here
        return f"{rate} {session.currency}"

    bus.on("rate", on_rate)
    bus.emit("rate", 1.25)


def trade_scoped(session):
    with bus.subscribed("rate", lambda rate: f"{rate} {session.currency}"):
        bus.emit("rate", 1.25)


def trade_with_less(session):
    currency = session.currency
    bus.on("rate", lambda rate: f"{rate} {currency}")
    bus.emit("rate", 1.25)


def step(trade=trade):
    session = Session("EUR")
    trade(session)
    session.closed = True


SINGLE = True
LEAK = dict(
    site="trade.<locals>.on_rate",
    variable="session",
    holder="EventBus._handlers",
    mends={"lifetime": lambda: step(trade_scoped), "narrow": lambda: step(trade_with_less)},
)
