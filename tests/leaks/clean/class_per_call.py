"""Classes that are made in a function and capture its variables: each is a cycle with its methods, and listed by its
base class, which holds its subclasses weakly; the collector frees them."""


class Form:
    def missing(self, values):
        return []


class Table:
    def __init__(self, columns):
        self.columns = columns
        self.rows = [tuple(range(number, number + len(columns))) for number in range(500)]


def form_for(table):
    class TableForm(Form):
        def missing(self, values):
            return super().missing(values) + [column for column in table.columns if column not in values]

    return TableForm


def step():
    form_for(Table(["name", "street", "town"]))().missing({"name": "Ada"})
    return len(Form.__subclasses__())
