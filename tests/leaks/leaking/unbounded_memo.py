"""A decorator's cache without a bound: one closure, made when the module is imported, captures a dict that has each
picture ever asked for, and its thumbnail. No closure is added; what this one captures grows."""

import weakref


def remember(function, cache_type=dict):
    cache = cache_type()

    def wrapper(picture):  # leaks here
        if picture not in cache:
            cache[picture] = function(picture)
        return cache[picture]

    wrapper.forget = cache.clear
    return wrapper


class Picture:
    def __init__(self, size):
        self.pixels = bytearray(size)


def shrink(picture):
    return bytes(picture.pixels[::10])


thumbnail = remember(shrink)
weak_thumbnail = remember(shrink, weakref.WeakKeyDictionary)


def step(thumbnail=thumbnail):
    for _ in range(4):
        thumbnail(Picture(10_000))


def step_and_forget():
    step()
    thumbnail.forget()


COPIES = False
LEAK = dict(
    site="remember.<locals>.wrapper",
    variable="cache",
    holder="unbounded_memo.thumbnail",
    mends={"lifetime": step_and_forget, "release": step_and_forget, "weak": lambda: step(weak_thumbnail)},
)
