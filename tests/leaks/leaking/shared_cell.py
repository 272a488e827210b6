"""Nested closures that share a cell: three functions of an editor share the variable that has its document. Closing
takes one of them from the toolbar; another stays in the status bar, and the document with it, by the shared cell."""


class Bar:
    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)

    def remove(self, item):
        self.items.remove(item)


toolbar, status_bar = Bar(), Bar()


class Document:
    def __init__(self, words):
        self.words = [f"word {number}" for number in range(words)]


def open_editor():
    document = Document(1_000)

    def save():
        return " ".join(document.words)

    def count_words():  # leaks here
        return len(document.words) if document else 0

    def close():
        toolbar.remove(save)

    def close_both():
        toolbar.remove(save)
        status_bar.remove(count_words)

    def close_and_release():
        nonlocal document
        toolbar.remove(save)
        document = None

    toolbar.add(save)
    status_bar.add(count_words)
    return {"close": close, "close_both": close_both, "close_and_release": close_and_release}


def step(close="close"):
    editor = open_editor()
    for item in toolbar.items + status_bar.items:
        item()
    editor[close]()


LEAK = dict(
    site="open_editor.<locals>.count_words",
    variable="document",
    holder="Bar.items",
    mends={"lifetime": lambda: step("close_both"), "release": lambda: step("close_and_release")},
)
