"""A default argument that binds a number: each refresh of a page gives its buttons a new action, which keeps nothing but
its number, and the page never forgets those before. What grows are the functions themselves."""


class Toolbar:
    def __init__(self):
        self.actions = []

    def bind(self, action):
        self.actions.append(action)

    def clear(self):
        self.actions.clear()


toolbar = Toolbar()
opened = []


class Page:
    def refresh(self):
        for number in range(200):
            toolbar.bind(lambda number=number: opened.append(number))  # leaks here


def step():
    Page().refresh()


def step_and_clear():
    step()
    toolbar.clear()


LEAK = dict(
    site="Page.refresh.<locals>.<lambda>",
    variable="number",
    holder="Toolbar.actions",
    mends={"lifetime": step_and_clear},
)
