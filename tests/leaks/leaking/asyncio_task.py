"""An asyncio task that never ends: each connection starts a coroutine that waits for the shutdown of the server, and
closing the connection does not cancel it. The loop keeps the task, the task the coroutine, and this its self."""

import asyncio
import atexit

loop = asyncio.new_event_loop()


class Server:
    def __init__(self):
        self.shutdown = asyncio.Event()


server = Server()


class Connection:
    def __init__(self):
        self.buffer = bytearray(64_000)

    def open(self):
        self.watcher = loop.create_task(self.watch())

    async def watch(self):  # leaks here
        await server.shutdown.wait()
        self.buffer.clear()

    async def close(self):
        await asyncio.sleep(0)


class CancellingConnection(Connection):
    async def close(self):
        self.watcher.cancel()
        await asyncio.wait([self.watcher])


async def serve(connection_type):
    connection = connection_type()
    connection.open()
    await asyncio.sleep(0)
    await connection.close()


@atexit.register
def stop():
    server.shutdown.set()
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()


def step(connection_type=Connection):
    loop.run_until_complete(serve(connection_type))


LEAK = dict(
    site="Connection.watch",
    variable="self",
    holder="asyncio.Task",
    mends={"lifetime": lambda: step(CancellingConnection)},
)
