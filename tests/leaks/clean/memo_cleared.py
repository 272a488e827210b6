"""A memo table in a decorator's closure that is cleared after each batch, and another that is full since the first."""


def memoise(function):
    memo = {}

    def wrapper(key):
        if key not in memo:
            memo[key] = function(key)
        return memo[key]

    wrapper.clear = memo.clear
    return wrapper


class Picture:
    def __init__(self, name):
        self.name = name
        self.pixels = bytearray(10_000)


@memoise
def thumbnail(picture):
    return bytes(picture.pixels[::10])


@memoise
def load(name):
    return Picture(name)


def step():
    for name in ("front", "back", "spine"):
        thumbnail(load(name))
        thumbnail(Picture(name))
    thumbnail.clear()
