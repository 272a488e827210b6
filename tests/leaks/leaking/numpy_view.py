"""A view of a large numpy array: what a gallery needs of an image is its first row, but a slice is a view, which keeps
the whole image as its base. The renderers of the gallery capture half a kilobyte that weighs sixty-four."""

try:
    import numpy
except ImportError:
    numpy = None


class Gallery:
    def __init__(self):
        self.renderers = []

    def add(self, renderer):
        self.renderers.append(renderer)

    def clear(self):
        self.renderers.clear()

    def render(self):
        return sum(renderer() for renderer in self.renderers)


gallery = Gallery()


def show():
    image = numpy.zeros((128, 64))
    row = image[0]
    gallery.add(lambda: row.mean())  # leaks here


def show_copy():
    image = numpy.zeros((128, 64))
    row = image[0].copy()
    gallery.add(lambda: row.mean())


def step(show=show):
    show()
    gallery.render()


def step_and_clear():
    step()
    gallery.clear()


NEEDS = "numpy"
LEAK = dict(
    site="show.<locals>.<lambda>",
    variable="row",
    holder="Gallery.renderers",
    mends={"lifetime": step_and_clear, "narrow": lambda: step(show_copy)},
)
