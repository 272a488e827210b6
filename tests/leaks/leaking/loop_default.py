"""A default argument that binds the variable of a loop: the usual way with lambdas in a loop makes each of them keep
its row by a default, where no one looks for captured variables. The shortcuts of the window outlive its rows."""

import weakref


class Shortcuts:
    def __init__(self):
        self.actions = {}

    def bind(self, key, action):
        self.actions.setdefault(key, []).append(action)

    def unbind(self, key):
        self.actions.pop(key, None)

    def press(self, key):
        return [action() for action in self.actions.get(key, ())]


shortcuts = Shortcuts()


class Row:
    def __init__(self, key, size):
        self.key = key
        self.preview = bytearray(size)

    def open(self):
        return self.preview[0]


class Page:
    def __init__(self):
        self.rows = [Row(key, 30_000) for key in "12"]

    def show(self):
        for row in self.rows:
            shortcuts.bind(row.key, lambda row=row: row.open())  # leaks here

    def hide(self):
        pass


class UnbindingPage(Page):
    def hide(self):
        for row in self.rows:
            shortcuts.unbind(row.key)


class WeakPage(Page):
    def show(self):
        for row in self.rows:
            shortcuts.bind(row.key, lambda row=weakref.ref(row): row() and row().open())


def step(page_type=Page):
    page = page_type()
    page.show()
    page.hide()


LEAK = dict(
    site="Page.show.<locals>.<lambda>",
    variable="row",
    holder="Shortcuts.actions",
    mends={"lifetime": lambda: step(UnbindingPage), "weak": lambda: step(WeakPage)},
)
