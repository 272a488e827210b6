"""The cache of a decorator with closures as keys: a memoised function is called with a lambda that is new each time, so
that no call ever finds its result and each leaves its lambda, with the font that it captures, in the cache."""


def memoise(function):
    cache = {}

    def wrapper(*arguments):
        if arguments not in cache:
            cache[arguments] = function(*arguments)
        return cache[arguments]

    wrapper.forget = cache.clear
    return wrapper


@memoise
def width(text, advance):
    return sum(advance(letter) for letter in text)


class Font:
    def __init__(self):
        self.advances = {chr(code): code % 13 for code in range(1_000)}

    def measure(self, text):
        return width(text, lambda letter: self.advances[letter])  # leaks here

    def close(self):
        pass


class ForgettingFont(Font):
    def close(self):
        width.forget()


class ReleasingFont(Font):
    def close(self):
        self.advances = None


def step(font_type=Font):
    font = font_type()
    font.measure("Heading")
    font.close()


LEAK = dict(
    site="Font.measure.<locals>.<lambda>",
    variable="self",
    holder="memoise.<locals>.wrapper.cache",
    mends={"lifetime": lambda: step(ForgettingFont), "release": lambda: step(ReleasingFont)},
)
