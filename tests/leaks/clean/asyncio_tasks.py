"""Background tasks of asyncio in a set, each taken out by its callback when it is done, and a timeout whose handle is
cancelled; one task waits for the end of the program, on purpose."""

import asyncio
import atexit

loop = asyncio.new_event_loop()
background = set()
shutdown = loop.create_future()


class Connection:
    def __init__(self):
        self.buffer = bytearray(64_000)
        self.closed = False

    async def flush(self):
        await asyncio.sleep(0)
        self.buffer.clear()

    def close(self):
        self.closed = True


async def supervise():
    await shutdown


async def serve():
    connection = Connection()
    timeout = loop.call_later(60, lambda: connection.close())
    task = loop.create_task(connection.flush())
    background.add(task)
    task.add_done_callback(lambda task: background.discard(task))
    await task
    timeout.cancel()
    connection.close()


@atexit.register
def stop():
    shutdown.set_result(None)
    loop.run_until_complete(supervisor)
    loop.close()


supervisor = loop.create_task(supervise())


def step():
    loop.run_until_complete(serve())
