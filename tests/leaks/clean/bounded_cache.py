"""functools' cache on a function that takes closures, with a bound: each call adds one, and since the first round each
throws one out."""

import functools


@functools.lru_cache(maxsize=8)
def width(text, advance):
    return sum(advance(letter) for letter in text)


class Font:
    def __init__(self):
        self.advances = {chr(code): code % 13 for code in range(128)}

    def measure(self, text):
        return width(text, lambda letter: self.advances[letter])


def step():
    for _ in range(10):
        Font().measure("Heading")
