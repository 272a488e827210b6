"""An object that is called: an editor hands an instance with a __call__ method to the idle queue for each file, and the
queue keeps what it has called. A closure by other means; its attributes are what it captures."""

class IdleQueue:
    def __init__(self):
        self._callbacks = []

    def add(self, callback):
        self._callbacks.append(callback)

    def remove(self, callback):
        self._callbacks.remove(callback)

    def run(self):
        for callback in self._callbacks:
            callback()


idle = IdleQueue()


class Document:
    def __init__(self):
        self.text = bytearray(70_000)
        self.saved = 0


class Autosave:
    def __init__(self, document):
        self.document = document

    def __call__(self):  # leaks here
        if self.document:
            self.document.saved = len(self.document.text)

    def stop(self):
        pass


class RemovedAutosave(Autosave):
    def stop(self):
        idle.remove(self)


class ReleasingAutosave(Autosave):
    def stop(self):
        self.document = None


def step(autosave_type=Autosave):
    document = Document()
    autosave = autosave_type(document)
    idle.add(autosave)
    idle.run()
    autosave.stop()


LEAK = dict(
    site="Autosave.__call__",
    variable="document",
    holder="IdleQueue._callbacks",
    mends={"lifetime": lambda: step(RemovedAutosave), "release": lambda: step(ReleasingAutosave)},
)
