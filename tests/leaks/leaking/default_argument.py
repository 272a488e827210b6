"""Closures in a default argument: the list that a default argument is, made once with the function, collects the
lambdas of all callers that pass none of their own. Whoever reads the call sees no list that could grow."""

import weakref


def when_idle(action, queue=[]):
    queue.append(action)
    return queue


class Importer:
    def __init__(self):
        self.records = [str(number) for number in range(1_000)]
        self.queue = []

    def finish(self):
        when_idle(lambda: self.vacuum())  # leaks here

    def vacuum(self):
        self.records = [record for record in self.records if record]


class ImporterWithQueue(Importer):
    def finish(self):
        when_idle(lambda: self.vacuum(), self.queue)


class WeakImporter(Importer):
    def finish(self):
        vacuum = weakref.WeakMethod(self.vacuum)
        when_idle(lambda: vacuum() and vacuum()())


def step(importer_type=Importer):
    importer = importer_type()
    importer.finish()


LEAK = dict(
    site="Importer.finish.<locals>.<lambda>",
    variable="self",
    holder="when_idle.queue",
    mends={"lifetime": lambda: step(ImporterWithQueue), "weak": lambda: step(WeakImporter)},
)
