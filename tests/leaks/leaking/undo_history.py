"""The undo history of an application, of closed documents, too: each command leaves a function that undoes it and
captures its document, and closing a document does not take its commands out of the history of all."""

import weakref


class History:
    def __init__(self):
        self.commands = []

    def add(self, undo):
        self.commands.append(undo)
        return undo

    def remove(self, undo):
        self.commands.remove(undo)


history = History()


class Document:
    def __init__(self):
        self.glyphs = bytearray(60_000)
        self.closed = False

    def insert(self, position, text):
        self.glyphs[position:position] = text

    def delete(self, position, length):
        del self.glyphs[position : position + length]


def insert(document, position, text):
    document.insert(position, text)

    def undo():  # leaks here
        document.delete(position, len(text))

    return history.add(undo)


def insert_weakly(document, position, text):
    document.insert(position, text)
    find_document = weakref.ref(document)

    def undo():
        if find_document():
            find_document().delete(position, len(text))

    return history.add(undo)


def step(insert=insert):
    document = Document()
    undo = insert(document, 0, b"Dear reader")
    document.closed = True
    return undo


def step_and_remove():
    history.remove(step())


SINGLE = True
LEAK = dict(
    site="insert.<locals>.undo",
    variable="document",
    holder="History.commands",
    mends={"lifetime": step_and_remove, "weak": lambda: step(insert_weakly)},
)
