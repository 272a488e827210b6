"""An exit stack that lives as long as the application and takes what lives as long as a request: each upload pushes a
function that removes its temporary data, and all of them wait for the end of the process."""

import contextlib

application = contextlib.ExitStack()


class Upload:
    def __init__(self):
        self.parts = [bytearray(10_000) for _ in range(5)]


def receive(stack):
    upload = Upload()

    def discard(kind, error, traceback):  # leaks here
        upload.parts.clear()

    stack.push(discard)
    return sum(map(len, upload.parts))


def receive_and_release(stack):
    upload = Upload()

    def discard(kind, error, traceback):
        if upload:
            upload.parts.clear()

    stack.push(discard)
    try:
        return sum(map(len, upload.parts))
    finally:
        upload = None


def step(receive=receive):
    receive(application)


def step_with_its_own_stack():
    with contextlib.ExitStack() as stack:
        receive(stack)


LEAK = dict(
    site="receive.<locals>.discard",
    variable="upload",
    holder="contextlib.ExitStack",
    mends={"lifetime": step_with_its_own_stack, "release": lambda: step(receive_and_release)},
)
