"""A memoised method: functools' cache on a method belongs to the class and keeps self as a part of each key, so that no
report is freed as long as the class lives. No closure is added; the objects in the cache grow."""

import functools


class Report:
    def __init__(self, number):
        self.number = number
        self.rows = [(number, f"customer {row}") for row in range(400)]

    @functools.lru_cache(maxsize=None)  # leaks here
    def total(self, factor):
        return factor * sum(amount for amount, _ in self.rows)

    def close(self):
        pass


class ForgettingReport(Report):
    def close(self):
        Report.total.cache_clear()


class ReleasingReport(Report):
    def close(self):
        self.rows = None


class NarrowReport(Report):
    def total(self, factor):
        return factor * subtotal(self.number, len(self.rows))


@functools.lru_cache(maxsize=None)
def subtotal(number, num_rows):
    return number * num_rows


def step(report_type=Report):
    report = report_type(7)
    report.total(2)
    report.close()


COPIES = False
LEAK = dict(
    site="Report.total",
    variable="self",
    holder="functools.lru_cache",
    mends={
        "lifetime": lambda: step(ForgettingReport),
        "release": lambda: step(ReleasingReport),
        "narrow": lambda: step(NarrowReport),
    },
)
