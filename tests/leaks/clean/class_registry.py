"""A base class that collects its subclasses, all made at import, and hooks on the class that capture; the instances of
a round are in no registry."""


class Shape:
    kinds = {}
    hooks = []

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        Shape.kinds[cls.__name__] = lambda size: cls(size)

    def __init__(self, size):
        self.raster = bytearray(size)
        for hook in self.hooks:
            hook(self)


class Circle(Shape):
    pass


class Square(Shape):
    pass


class Statistics:
    def __init__(self):
        self.num_shapes = 0
        Shape.hooks.append(lambda shape: self.count())

    def count(self):
        self.num_shapes += 1


statistics = Statistics()


def step():
    return [make(20_000) for make in Shape.kinds.values()]
