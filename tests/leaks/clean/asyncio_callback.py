"""Callbacks on a future that outlives all requests, each taken back when its request is answered."""

import asyncio
import atexit

loop = asyncio.new_event_loop()
atexit.register(loop.close)
shutdown = loop.create_future()


class Request:
    def __init__(self):
        self.body = bytearray(48_000)
        self.is_aborted = False

    def abort(self):
        self.is_aborted = True

    async def answer(self):
        abort = lambda future: self.abort()
        shutdown.add_done_callback(abort)
        try:
            await asyncio.sleep(0)
            return len(self.body)
        finally:
            shutdown.remove_done_callback(abort)


def step():
    loop.run_until_complete(Request().answer())
