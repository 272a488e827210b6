"""Where a drawing goes: a file whose name decides the format, or a file object that gets DOT."""

from __future__ import annotations

import os
from typing import Literal, Protocol, Union

from ._refgraph import ArgumentError, FileError, format_of


Filename = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Rankdir = Literal["LR", "TB"]


class Output(Protocol):
    """A file object that takes text."""

    def write(self, text: str, /) -> object: ...


def check(filename, output=None):
    """Says what would go wrong with the destination before anything is captured."""
    if filename is not None and output is not None:
        raise ValueError("Cannot specify both output and filename.")
    if output is not None and not hasattr(output, "write"):
        raise TypeError(f"output must be a file object, not {type(output).__name__}")
    if filename is None:
        return
    format_of(filename)
    name = os.fsdecode(filename)
    folder = os.path.dirname(name) or "."
    if not os.path.isdir(folder):
        raise FileError(f"cannot write '{name}': there is no folder '{folder}'")
    if os.path.isdir(name):
        raise FileError(f"cannot write '{name}': it is a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileError(f"cannot write '{name}': no permission to write in '{folder}'")


_MOST = 2**31 - 1


def check_limits(**limits):
    """Says which limit is below what makes sense: 0 for a depth, 1 for a number of things to draw."""
    for name, value in limits.items():
        if not isinstance(value, int):
            raise TypeError(f"{name} must be an int, not {type(value).__name__}")
        least = 0 if name in ("max_depth", "too_many") else 1
        if not least <= value <= _MOST:
            raise ArgumentError(f"bad {name} {value}: it is a number from {least} to {_MOST}")


def deliver(drawing, filename, output=None):
    """Writes the drawing where it was asked for, and returns it."""
    if filename is not None:
        drawing.save(filename)
    if output is not None:
        output.write(drawing.dot)
    return drawing
