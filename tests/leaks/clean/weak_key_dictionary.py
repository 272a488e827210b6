"""A WeakKeyDictionary with closures as values that capture what belongs to the key, but not the key."""

import weakref

savers = weakref.WeakKeyDictionary()


class Document:
    def __init__(self, path):
        self.path = path
        self.paragraphs = [f"paragraph {number}" for number in range(1_000)]
        paragraphs = self.paragraphs
        savers[self] = lambda: f"{path}: {len(paragraphs)}"


settings = Document("settings")


def step():
    letters = [Document("letter"), Document("reply")]
    return [savers[document]() for document in letters + [settings]]
