"""A finished asyncio task that a gauge keeps: for each download a progress bar gets a lambda that asks the task, and
the bar is never told that the task is done. With the task stays its result, which is the whole page."""

import asyncio
import atexit
import weakref

loop = asyncio.new_event_loop()
atexit.register(loop.close)


class ProgressBar:
    def __init__(self):
        self.gauges = []

    def add(self, gauge):
        self.gauges.append(gauge)
        return gauge

    def remove(self, gauge):
        self.gauges.remove(gauge)

    def ratio(self):
        return sum(gauge() for gauge in self.gauges) / (len(self.gauges) or 1)


bar = ProgressBar()


async def download(size):
    await asyncio.sleep(0)
    return bytearray(size)


async def crawl():
    task = asyncio.ensure_future(download(80_000))
    bar.add(lambda: task.done())  # leaks here
    return len(await task)


async def crawl_and_remove():
    task = asyncio.ensure_future(download(80_000))
    gauge = bar.add(lambda: task.done())
    try:
        return len(await task)
    finally:
        bar.remove(gauge)


async def crawl_weakly():
    task = asyncio.ensure_future(download(80_000))
    find_task = weakref.ref(task)
    bar.add(lambda: find_task() is None or find_task().done())
    return len(await task)


def step(crawl=crawl):
    loop.run_until_complete(crawl())
    bar.ratio()


SINGLE = True
LEAK = dict(
    site="crawl.<locals>.<lambda>",
    variable="task",
    holder="ProgressBar.gauges",
    kept=["download"],
    mends={"lifetime": lambda: step(crawl_and_remove), "weak": lambda: step(crawl_weakly)},
)
