"""A callback of an asyncio future that outlives its request: each request asks to be told of the shutdown, by a lambda
on the one future for it, and does not take the lambda back when it is answered."""

import asyncio
import atexit
import weakref

loop = asyncio.new_event_loop()
atexit.register(loop.close)
shutdown = loop.create_future()


class Request:
    def __init__(self):
        self.body = bytearray(48_000)
        self.is_aborted = False

    def subscribe(self):
        shutdown.add_done_callback(lambda future: self.abort())  # leaks here

    def abort(self):
        self.is_aborted = True

    async def answer(self):
        await asyncio.sleep(0)
        return len(self.body)


class TidyRequest(Request):
    def subscribe(self):
        self.callback = lambda future: self.abort()
        shutdown.add_done_callback(self.callback)

    async def answer(self):
        try:
            return await super().answer()
        finally:
            shutdown.remove_done_callback(self.callback)


class WeakRequest(Request):
    def subscribe(self):
        abort = weakref.WeakMethod(self.abort)
        shutdown.add_done_callback(lambda future: abort() and abort()())


async def handle(request_type):
    request = request_type()
    request.subscribe()
    await request.answer()


def step(request_type=Request):
    loop.run_until_complete(handle(request_type))


LEAK = dict(
    site="Request.subscribe.<locals>.<lambda>",
    variable="self",
    holder="asyncio.Future",
    mends={"lifetime": lambda: step(TidyRequest), "weak": lambda: step(WeakRequest)},
)
