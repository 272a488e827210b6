"""Suspended generators in a list: a pager takes the first rows of a result and keeps the generator, in case that the
user turns the page. Nobody turns it, nobody closes it, and a suspended generator keeps all its local variables."""


class Pager:
    def __init__(self):
        self.results = []

    def first_page(self, rows):
        self.results.append(rows)
        return [row for row, _ in zip(rows, range(10))]

    def close(self, rows):
        pass


class ForgettingPager(Pager):
    def close(self, rows):
        self.results.remove(rows)


class ClosingPager(Pager):
    def close(self, rows):
        rows.close()


pager, forgetting_pager, closing_pager = Pager(), ForgettingPager(), ClosingPager()


class Table:
    def __init__(self, num_rows):
        self.num_rows = num_rows

    def rows(self):  # leaks here
        block = bytearray(100 * self.num_rows)
        for number in range(self.num_rows):
            yield block[100 * number : 100 * (number + 1)]


def step(pager=pager):
    rows = Table(500).rows()
    pager.first_page(rows)
    pager.close(rows)


LEAK = dict(
    site="Table.rows",
    variable="block",
    holder="Pager.results",
    mends={"lifetime": lambda: step(forgetting_pager), "release": lambda: step(closing_pager)},
)
