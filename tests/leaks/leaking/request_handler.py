"""A logging handler that is added for each request, to collect its records, and never removed: the logger keeps each of
them, with the request that it belongs to. No closure has a part in it."""

import logging

logger = logging.getLogger("request_handler")
logger.propagate = False


class Request:
    def __init__(self):
        self.body = bytearray(70_000)
        self.records = []


class RequestHandler(logging.Handler):
    def __init__(self, request):
        super().__init__()
        self.request = request

    def emit(self, record):  # leaks here
        if self.request:
            self.request.records.append(record.getMessage())


def answer(request):
    handler = RequestHandler(request)
    logger.addHandler(handler)
    logger.warning("%d bytes", len(request.body))
    return handler


def step():
    answer(Request())


def step_and_remove():
    logger.removeHandler(answer(Request()))


def step_and_release():
    answer(Request()).request = None


LEAK = dict(
    site="RequestHandler.emit",
    variable="request",
    holder="logging.Logger.handlers",
    mends={"lifetime": step_and_remove, "release": step_and_release},
)
