"""Partials that wait for a retry: a mailer puts a partial of its method in a queue when the server refuses a message,
and takes none out. What has no hope to be sent stays, bound by keyword."""

import collections
import functools


class Mailer:
    def __init__(self):
        self.retries = collections.deque()
        self.num_refused = 0

    def send(self, message, to):  # leaks here
        self.num_refused += 1

    def retry_later(self, message, to):
        self.retries.append(functools.partial(self.send, message=message, to=to))

    def end_of_day(self):
        pass


class DroppingMailer(Mailer):
    def end_of_day(self):
        while self.retries:
            self.retries.popleft()()


mailer, dropping_mailer = Mailer(), DroppingMailer()


def step(mailer=mailer):
    for to in ("ada@example.org", "alan@example.org"):
        mailer.retry_later(bytearray(30_000), to)
    mailer.end_of_day()


LEAK = dict(
    site="Mailer.send",
    variable="message",
    holder="Mailer.retries",
    mends={"lifetime": lambda: step(dropping_mailer)},
)
