"""A context variable that has a closure for each span, and is reset by its token when the span ends, also in a context
of its own that goes with the request."""

import contextlib
import contextvars

current_name = contextvars.ContextVar("current_name", default=None)


class Span:
    def __init__(self, name):
        self.name = name
        self.events = [(name, number) for number in range(1_000)]


@contextlib.contextmanager
def spanning(name):
    span = Span(name)
    token = current_name.set(lambda: span.name)
    try:
        yield span
    finally:
        current_name.reset(token)


def handle():
    with spanning("request"):
        current_name.set(lambda: "redirected")
        return current_name.get()()


def step():
    with spanning("query"), spanning("row"):
        current_name.get()()
    contextvars.copy_context().run(handle)
