"""A logging handler with a closure as its filter: each job of a build server adds a handler to the logger of all jobs,
which takes only what the job itself wrote, and closes it at the end without removing it from the logger."""

import io
import logging
import weakref

logger = logging.getLogger("build.jobs")
logger.propagate = False
logger.setLevel(logging.INFO)


class Job:
    def __init__(self, name):
        self.name = name
        self.artifacts = bytearray(64_000)
        self.handler = logging.StreamHandler(io.StringIO())
        self.choose_records()
        logger.addHandler(self.handler)

    def choose_records(self):
        self.handler.addFilter(lambda record: record.args == (self.name,))  # leaks here

    def run(self):
        logger.info("running %s", self.name)

    def close(self):
        self.handler.close()


class RemovingJob(Job):
    def close(self):
        logger.removeHandler(self.handler)
        self.handler.close()


class NarrowJob(Job):
    def choose_records(self):
        name = self.name
        self.handler.addFilter(lambda record: record.args == (name,))


class WeakJob(Job):
    def choose_records(self):
        myself = weakref.ref(self)
        self.handler.addFilter(lambda record: myself() and record.args == (myself().name,))


def step(job_type=Job):
    job = job_type("compile")
    job.run()
    job.close()


LEAK = dict(
    site="Job.choose_records.<locals>.<lambda>",
    variable="self",
    holder="logging.Handler.filters",
    mends={
        "lifetime": lambda: step(RemovingJob),
        "narrow": lambda: step(NarrowJob),
        "weak": lambda: step(WeakJob),
    },
)
