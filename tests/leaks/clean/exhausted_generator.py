"""Generators that run to their end or are closed, in a list that lives on; one that never ends is made at import."""


class Pager:
    def __init__(self):
        self.results = []

    def read(self, rows):
        self.results.append(rows)
        return sum(len(row) for row in rows)

    def read_first(self, rows):
        self.results.append(rows)
        return next(rows)

    def close(self):
        while self.results:
            self.results.pop().close()


pager = Pager()


class Table:
    def rows(self):
        block = bytearray(40_000)
        for number in range(400):
            yield block[100 * number : 100 * (number + 1)]


def numbers():
    block = bytearray(1_000)
    while True:
        yield len(block)


endless = numbers()


def step():
    pager.read(Table().rows())
    pager.read_first(Table().rows())
    next(endless)
    pager.close()
