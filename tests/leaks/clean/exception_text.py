"""A log of the last failures that has functions with their text; the exceptions, with their frames, are gone. The last
exception of a worker is kept, with its traceback, until the next one."""

import collections

failures = collections.deque(maxlen=4)


class Worker:
    def __init__(self):
        self.last_error = None

    def receive(self):
        try:
            decode(30_000)
        except ValueError as error:
            self.last_error = error
            text = f"{type(error).__name__}: {error}"
            failures.append(lambda: text)


def decode(size):
    message = bytearray(size)
    raise ValueError(f"bad header {message[:4]!r}")


worker = Worker()


def step():
    for _ in range(5):
        worker.receive()
    return [describe() for describe in failures]
