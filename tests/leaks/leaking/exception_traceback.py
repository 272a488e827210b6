"""An exception that a closure holds: the log of failures has functions that describe them, each captures the exception,
and the exception has its traceback, the traceback its frames, and a frame the message that could not be read."""


class FailureLog:
    def __init__(self):
        self.entries = []

    def add(self, describe):
        self.entries.append(describe)

    def drain(self):
        texts = [describe() for describe in self.entries]
        self.entries.clear()
        return texts


failures = FailureLog()


def decode(size):
    message = bytearray(size)
    raise ValueError(f"bad header {message[:4]!r}")


def receive():
    try:
        decode(64_000)
    except ValueError as error:
        failure = error
        failures.add(lambda: f"{type(failure).__name__}: {failure}")  # leaks here


def receive_without_traceback():
    try:
        decode(64_000)
    except ValueError as error:
        failure = error.with_traceback(None)
        failures.add(lambda: f"{type(failure).__name__}: {failure}")


def receive_text():
    try:
        decode(64_000)
    except ValueError as error:
        text = f"{type(error).__name__}: {error}"
        failures.add(lambda: text)


def step(receive=receive):
    receive()


def step_and_drain():
    step()
    failures.drain()


LEAK = dict(
    site="receive.<locals>.<lambda>",
    variable="failure",
    holder="FailureLog.entries",
    mends={
        "lifetime": step_and_drain,
        "release": lambda: step(receive_without_traceback),
        "narrow": lambda: step(receive_text),
    },
)
