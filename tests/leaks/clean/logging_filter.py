"""A filter on a logger for the time of a request, and one for good that was added at import, once; adding the same
filter again adds nothing."""

import contextlib
import logging

logger = logging.getLogger("shop.invoices")
logger.propagate = False
logger.setLevel(logging.INFO)
logger.addHandler(logging.NullHandler())


class Masking:
    def __init__(self):
        self.names = {f"customer {number}" for number in range(1_000)}
        self.filter = lambda record: record.args[0] not in self.names


masking = Masking()


@contextlib.contextmanager
def numbered(invoice):
    def add_number(record):
        record.invoice = invoice.number
        return True

    logger.addFilter(add_number)
    try:
        yield
    finally:
        logger.removeFilter(add_number)


class Invoice:
    def __init__(self, number):
        self.number = number
        self.lines = [f"article {article}" for article in range(1_000)]


def step():
    logger.addFilter(masking.filter)
    invoice = Invoice(1_815)
    with numbered(invoice):
        logger.info("sent %d lines", len(invoice.lines))
