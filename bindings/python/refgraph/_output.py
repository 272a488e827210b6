"""Where a drawing goes: a file whose name decides the format, or a file object that gets DOT."""

from __future__ import annotations

import os
from typing import Literal, Protocol, Union

from ._arguments import bad_type, check_path
from ._refgraph import FileError, format_of

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
        raise bad_type("output", output, "a file object")
    if filename is None:
        return
    check_path("filename", filename)
    format_of(filename)
    name = os.fsdecode(filename)
    folder = os.path.dirname(name) or "."
    if not os.path.isdir(folder):
        raise FileError(f"cannot write '{name}': there is no folder '{folder}'")
    if os.path.isdir(name):
        raise FileError(f"cannot write '{name}': it is a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileError(f"cannot write '{name}': no permission to write in '{folder}'")


def deliver(drawing, filename, output=None):
    """Writes the drawing where it was asked for, and returns it."""
    if filename is not None:
        drawing.save(filename)
    if output is not None:
        output.write(drawing.dot)
    return drawing
