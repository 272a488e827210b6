"""A WeakKeyDictionary whose value reaches its key: the table of savers is to forget a document when nobody else has it,
but the saver of a document captures that very document, so that somebody always has it."""

import weakref

savers = weakref.WeakKeyDictionary()


class Document:
    def __init__(self):
        self.paragraphs = [f"paragraph {number}" for number in range(1_000)]
        self.saved = 0
        self.register()

    def register(self):
        savers[self] = lambda: self.save()  # leaks here

    def save(self):
        self.saved = len(self.paragraphs)

    def close(self):
        pass


class ForgottenDocument(Document):
    def close(self):
        del savers[self]


class WeakDocument(Document):
    def register(self):
        myself = weakref.ref(self)
        savers[self] = lambda: myself().save()


def step(document_type=Document):
    document = document_type()
    savers[document]()
    document.close()


LEAK = dict(
    site="Document.register.<locals>.<lambda>",
    variable="self",
    holder="weakref.WeakKeyDictionary",
    mends={"lifetime": lambda: step(ForgottenDocument), "weak": lambda: step(WeakDocument)},
)
