"""What calls ask of their arguments, before they do anything else. What is wrong is said by the name of the parameter.

A type is what type() gives: the `__class__` of an object, and what a metaclass says of a class, are the program's code.
"""

from __future__ import annotations

import os
from typing import TypeGuard

from ._refgraph import ArgumentError

_MOST = 2**31 - 1


def of_class(kind, attribute):
    """An attribute that each class has, whatever its metaclass says."""
    return type.__dict__[attribute].__get__(kind)


def is_a(value, *kinds):
    return issubclass(type(value), kinds)


def is_path(value: object) -> TypeGuard[str | bytes | os.PathLike[str] | os.PathLike[bytes]]:
    """Whether os.fspath() takes it."""
    bases = of_class(type(value), "__mro__")
    return is_a(value, str, bytes) or any("__fspath__" in of_class(base, "__dict__") for base in bases)


def bad_type(name, value, wanted):
    return TypeError(f"{name} must be {wanted}, not {of_class(type(value), '__name__')}")


def check_path(name, value):
    if not is_path(value):
        raise bad_type(name, value, "a str or Path")


def check_text(name, value, is_optional=False):
    if not is_a(value, str) and not (is_optional and value is None):
        raise bad_type(name, value, "a str or None" if is_optional else "a str")


def check_functions(**functions):
    """None stands for none."""
    for name, value in functions.items():
        if value is not None and not callable(value):
            raise bad_type(name, value, "a function")


def check_limits(**limits):
    """Says which limit is below what makes sense: 0 for a depth, 1 for a number of things to draw."""
    for name, value in limits.items():
        if not is_a(value, int):
            raise bad_type(name, value, "an int")
        least = 0 if name in ("max_depth", "too_many") else 1
        if not least <= value <= _MOST:
            raise ArgumentError(f"bad {name} {value}: it is a number from {least} to {_MOST}")


def check_rows(limit):
    """A number of rows, None for all."""
    if limit is not None and not is_a(limit, int):
        raise bad_type("limit", limit, "an int or None")
    if limit is not None and limit < 0:
        raise ArgumentError(f"bad limit {limit}: it is a number of rows, or None for all")
    return limit


def check_number(name, value, least, what):
    if not is_a(value, int) or value < least:
        raise ArgumentError(f"bad {name} {value!r}: it is a number of {what}, {least} or more")


def list_of(name, values, wanted):
    """The items of an iterable."""
    try:
        return list(values)
    except TypeError:
        raise bad_type(name, values, wanted)
