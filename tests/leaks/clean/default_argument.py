"""Default arguments that keep closures and large values for good, made once with their functions; a list that is the
default of one is emptied by whoever filled it."""


def make_lookup(size):
    table = bytes(size)
    return lambda index: table[index]


def render(index, lookup=make_lookup(50_000)):
    return lookup(index)


def collect(action, actions=[]):
    actions.append(action)
    return actions


class Importer:
    def __init__(self):
        self.records = [str(number) for number in range(1_000)]

    def finish(self):
        actions = collect(lambda: self.records.clear())
        while actions:
            actions.pop()()


def step():
    render(7)
    Importer().finish()
