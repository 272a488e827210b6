"""A filter on a logger, a function for each request: it writes the number of the request into each record, captures the
request for it, and is not removed when the request ends. The logger lives for ever."""

import logging

logger = logging.getLogger("shop.orders")
logger.propagate = False
logger.setLevel(logging.INFO)
logger.addHandler(logging.NullHandler())


class Order:
    def __init__(self, number):
        self.number = number
        self.basket = [f"article {article}" for article in range(1_000)]

    def place(self):
        def add_number(record):  # leaks here
            record.order = self.number
            return True

        logger.addFilter(add_number)
        logger.info("placed %d articles", len(self.basket))


class TidyOrder(Order):
    def place(self):
        def add_number(record):
            record.order = self.number
            return True

        logger.addFilter(add_number)
        try:
            logger.info("placed %d articles", len(self.basket))
        finally:
            logger.removeFilter(add_number)


class NarrowOrder(Order):
    def place(self):
        number = self.number

        def add_number(record):
            record.order = number
            return True

        logger.addFilter(add_number)
        logger.info("placed %d articles", len(self.basket))


def step(order_type=Order):
    order_type(1_815).place()


LEAK = dict(
    site="Order.place.<locals>.add_number",
    variable="self",
    holder="logging.Logger.filters",
    mends={"lifetime": lambda: step(TidyOrder), "narrow": lambda: step(NarrowOrder)},
)
