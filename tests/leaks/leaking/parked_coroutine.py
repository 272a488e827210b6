"""A coroutine that is parked for good: a scheduler of its own parks each job until the printer answers, and drops no
job when the job is cancelled. The coroutine stays suspended at its first await, with the pages that it was to print."""

import types


@types.coroutine
def answer():
    return (yield)


class Scheduler:
    def __init__(self):
        self.parked = {}

    def start(self, job):
        self.parked[id(job)] = job
        job.send(None)

    def cancel(self, job):
        pass


class ForgettingScheduler(Scheduler):
    def cancel(self, job):
        del self.parked[id(job)]


class ClosingScheduler(Scheduler):
    def cancel(self, job):
        job.close()


scheduler, forgetting_scheduler, closing_scheduler = Scheduler(), ForgettingScheduler(), ClosingScheduler()


async def print_pages(pages):  # leaks here
    for page in pages:
        await answer()


def step(scheduler=scheduler):
    job = print_pages([bytearray(10_000) for _ in range(4)])
    scheduler.start(job)
    scheduler.cancel(job)


LEAK = dict(
    site="print_pages",
    variable="pages",
    holder="Scheduler.parked",
    kept=["answer"],
    mends={"lifetime": lambda: step(forgetting_scheduler), "release": lambda: step(closing_scheduler)},
)
