"""A renderer for each row of a large numpy array: views and closures over it while it is drawn, and copies of a few
numbers afterwards, in a gallery with a bound."""

import collections

try:
    import numpy
except ImportError:
    numpy = None

NEEDS = "numpy"
gallery = collections.deque(maxlen=4)


def step():
    image = numpy.zeros((128, 64))
    rows = [lambda row=row: row.mean() for row in image]
    means = numpy.array([row() for row in rows])
    for mean in means[:4]:
        gallery.append(lambda mean=mean: mean)
