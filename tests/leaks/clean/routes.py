"""Decorators of a module that register and wrap its functions: a closure for each route, made at import, with a count
that changes and does not grow."""

routes = {}


def route(path):
    def register(function):
        num_calls = 0

        def wrapper(request):
            nonlocal num_calls
            num_calls += 1
            return function(request)

        routes[path] = wrapper
        return wrapper

    return register


class Request:
    def __init__(self, path):
        self.path = path
        self.body = bytearray(30_000)


@route("/orders")
def list_orders(request):
    return len(request.body)


@route("/orders/new")
def add_order(request):
    return request.path


def step():
    for path in routes:
        routes[path](Request(path))
