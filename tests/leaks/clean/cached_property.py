"""Results that are kept on the object itself: a cached property, and a cache for each instance around its own method,
both of which go with the object."""

import functools


class Report:
    def __init__(self, number):
        self.rows = [(number, f"customer {row}") for row in range(400)]
        self.total = functools.lru_cache(maxsize=None)(self._total)

    @functools.cached_property
    def customers(self):
        return [customer.title() for _, customer in self.rows]

    def _total(self, factor):
        return factor * sum(amount for amount, _ in self.rows)


def step():
    for number in range(3):
        report = Report(number)
        report.total(2)
        len(report.customers)
