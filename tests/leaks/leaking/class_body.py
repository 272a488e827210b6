"""Closures in the body of a class that is made in a function: the methods of a form class capture the table that it is
made for. The registry of forms keeps each class, a class keeps its methods, and these keep the rows of the table."""

import weakref


class FormRegistry:
    def __init__(self):
        self.forms = set()

    def add(self, form):
        self.forms.add(form)

    def discard(self, form):
        self.forms.discard(form)


registry = FormRegistry()


class Table:
    def __init__(self, columns):
        self.columns = columns
        self.rows = [tuple(range(number, number + len(columns))) for number in range(1000)]


def form_for(table, registry=registry):
    class Form:
        def missing(self, values):  # leaks here
            return [column for column in table.columns if column not in values]

    registry.add(Form)
    return Form


def releasable_form_for(table):
    class Form:
        def missing(self, values):
            return [column for column in table.columns if column not in values]

    def release():
        nonlocal table
        table = None

    registry.add(Form)
    return Form, release


class WeakFormRegistry(FormRegistry):
    def __init__(self):
        self.forms = weakref.WeakSet()


weak_registry = WeakFormRegistry()


def step():
    form_for(Table(["name", "street", "town"]))().missing({"name": "Ada"})


def step_with_discard():
    form = form_for(Table(["name", "street", "town"]))
    form().missing({"name": "Ada"})
    registry.discard(form)


def step_with_release():
    form, release = releasable_form_for(Table(["name", "street", "town"]))
    form().missing({"name": "Ada"})
    release()


def step_with_weak_registry():
    form_for(Table(["name", "street", "town"]), weak_registry)().missing({"name": "Ada"})


LEAK = dict(
    site="form_for.<locals>.Form.missing",
    variable="table",
    holder="FormRegistry.forms",
    mends={"lifetime": step_with_discard, "release": step_with_release, "weak": step_with_weak_registry},
)
