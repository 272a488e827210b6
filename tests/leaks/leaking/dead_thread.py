"""A thread that has ended and stays: each download is a thread that gives a monitor a lambda with its progress. The
thread ends, the monitor keeps the lambda, and with it the thread object and all that it has read."""

import threading
import weakref


class Monitor:
    def __init__(self):
        self._gauges = {}

    def watch(self, key, gauge):
        self._gauges[key] = gauge

    def forget(self, key):
        del self._gauges[key]

    def total(self):
        return sum(gauge() for gauge in self._gauges.values())


monitor = Monitor()


class Download(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.chunks = []
        self.report()

    def report(self):
        monitor.watch(id(self), lambda: len(self.chunks))  # leaks here

    def run(self):
        self.chunks += [bytearray(8_000) for _ in range(8)]

    def finish(self):
        self.join()


class ForgottenDownload(Download):
    def finish(self):
        self.join()
        monitor.forget(id(self))


class WeakDownload(Download):
    def report(self):
        myself = weakref.ref(self)
        monitor.watch(id(self), lambda: len(myself().chunks) if myself() else 0)


def step(download_type=Download):
    download = download_type()
    download.start()
    download.finish()
    monitor.total()


SINGLE = True
LEAK = dict(
    site="Download.report.<locals>.<lambda>",
    variable="self",
    holder="Monitor._gauges",
    mends={"lifetime": lambda: step(ForgottenDownload), "weak": lambda: step(WeakDownload)},
)
