"""The token of a context variable: a tracer sets a variable for each span, keeps the token to reset it later, and never
does. Each token keeps the value that was there before, a closure, and this keeps the span that it was made for."""

import contextvars

current_name = contextvars.ContextVar("current_name", default=None)


class Tracer:
    def __init__(self):
        self.tokens = []

    def enter(self, naming):
        self.tokens.append(current_name.set(naming))

    def leave(self):
        current_name.reset(self.tokens.pop())


tracer = Tracer()


class Span:
    def __init__(self, name):
        self.name = name
        self.events = [(name, number) for number in range(1_000)]

    def begin(self):
        tracer.enter(lambda: self.name)  # leaks here

    def end(self):
        pass


class ResettingSpan(Span):
    def end(self):
        tracer.leave()


class NarrowSpan(Span):
    def begin(self):
        name = self.name
        tracer.enter(lambda: name)


class ReleasingSpan(Span):
    def end(self):
        self.events = None


def step(span_type=Span):
    span = span_type("query")
    span.begin()
    current_name.get()()
    span.end()


LEAK = dict(
    site="Span.begin.<locals>.<lambda>",
    variable="self",
    holder="contextvars.Token",
    mends={
        "lifetime": lambda: step(ResettingSpan),
        "narrow": lambda: step(NarrowSpan),
        "release": lambda: step(ReleasingSpan),
    },
)
