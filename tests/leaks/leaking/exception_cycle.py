"""Exception, traceback, frame and closure in a cycle: a function keeps the exception for the closure that explains it,
and the traceback of the exception has the frame of that function. No leak while the collector runs."""


def parse(content):
    if not content.startswith(b"{"):
        raise ValueError("no object")
    return content


def validate():
    content = bytearray(50_000)
    problem = None

    def explain():  # leaks here
        return f"{problem} in {len(content)} bytes"

    try:
        parse(content)
    except ValueError as error:
        problem = error
    return explain()


def validate_and_cut():
    content = bytearray(50_000)
    problem = None

    def explain():
        return f"{problem} in {len(content)} bytes"

    try:
        parse(content)
    except ValueError as error:
        problem = error
    try:
        return explain()
    finally:
        problem = None


def validate_by_text():
    content = bytearray(50_000)
    problem = None

    def explain():
        return f"{problem} in {len(content)} bytes"

    try:
        parse(content)
    except ValueError as error:
        problem = str(error)
    return explain()


def step(validate=validate):
    validate()


COLLECTOR = False
LEAK = dict(
    site="validate.<locals>.explain",
    variable="problem",
    holder="cycle",
    mends={
        "cycle": lambda: step(validate_and_cut),
        "release": lambda: step(validate_and_cut),
        "narrow": lambda: step(validate_by_text),
    },
)
