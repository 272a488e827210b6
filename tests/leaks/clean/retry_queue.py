"""A queue of partials that grows within a round and is empty at its end."""

import collections
import functools


class Mailer:
    def __init__(self):
        self.retries = collections.deque()
        self.num_sent = 0

    def send(self, message, to):
        self.num_sent += 1

    def refuse(self, message, to):
        self.retries.append(functools.partial(self.send, message=message, to=to))

    def retry(self):
        while self.retries:
            self.retries.popleft()()


mailer = Mailer()


def step():
    for _ in range(5):
        mailer.refuse(bytearray(10_000), "ada@example.org")
    mailer.retry()
