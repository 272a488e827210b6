"""What an exception says, where one line is all the room there is."""

import traceback

from ._refgraph import Error


def in_one_line(error):
    """Errors of refgraph's speak for themselves; those of others are told with their type.

    >>> in_one_line(KeyError("rows"))
    "KeyError: 'rows'"
    >>> in_one_line(RuntimeError("not here,\\nnot now"))
    'RuntimeError: not here, not now'
    """
    words = str(error) if isinstance(error, Error) else traceback.format_exception_only(type(error), error)[-1]
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in " ".join(words.split()))
