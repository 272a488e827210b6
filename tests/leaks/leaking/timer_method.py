"""A bound method in a timer's queue: a dashboard asks to be refreshed every minute, and closing the dashboard does not
tell the scheduler, which goes on refreshing what nobody sees."""

import heapq
import itertools
import weakref


class Scheduler:
    def __init__(self):
        self._queue = []
        self.numbers = itertools.count()

    def every(self, seconds, function):
        heapq.heappush(self._queue, (seconds, next(self.numbers), function))

    def cancel(self, function):
        self._queue = [entry for entry in self._queue if entry[2] != function]

    def tick(self):
        for _, _, function in self._queue:
            function()


scheduler = Scheduler()


class Dashboard:
    def __init__(self):
        self.points = bytearray(80_000)
        self.closed = False
        self.schedule()

    def schedule(self):
        scheduler.every(60, self.refresh)

    def refresh(self):  # leaks here
        self.points.reverse()

    def close(self):
        self.closed = True


class CancellingDashboard(Dashboard):
    def close(self):
        super().close()
        scheduler.cancel(self.refresh)


class WeakDashboard(Dashboard):
    def schedule(self):
        refresh = weakref.WeakMethod(self.refresh)
        scheduler.every(60, lambda: refresh() and refresh()())


def step(dashboard_type=Dashboard):
    dashboard = dashboard_type()
    scheduler.tick()
    dashboard.close()


SINGLE = True
LEAK = dict(
    site="Dashboard.refresh",
    variable="self",
    holder="Scheduler._queue",
    mends={"lifetime": lambda: step(CancellingDashboard), "weak": lambda: step(WeakDashboard)},
)
