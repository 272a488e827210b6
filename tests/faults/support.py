"""Which calls of the C library fail, and how."""

import errno
import os

# A call of faults.c, the errno, and whether all later calls fail too. 0: one byte is read or written.
FAULTS = [
    ("read", errno.EIO, True),
    ("read", errno.EINTR, False),
    ("read", errno.EAGAIN, False),
    ("read", 0, False),
    ("write", errno.ENOSPC, True),
    ("write", errno.EINTR, False),
    ("write", errno.EAGAIN, False),
    ("write", 0, False),
    ("open", errno.EMFILE, True),
    ("open", errno.EACCES, False),
    ("close", errno.EIO, False),
    ("sync", errno.EIO, False),
    ("rename", errno.EACCES, False),
    ("truncate", errno.EIO, False),
    ("seek", errno.ESPIPE, True),
    ("stat", errno.EIO, True),
    ("access", errno.EACCES, False),
    ("flock", errno.ENOLCK, True),
    ("flock", errno.EWOULDBLOCK, False),
    ("chmod", errno.EPERM, True),
    ("realpath", errno.EACCES, False),
    ("getcwd", errno.EACCES, False),
    ("mkdtemp", errno.ENOSPC, False),
    ("pipe", errno.EMFILE, False),
    ("dup", errno.EMFILE, False),
    ("poll", errno.EINTR, False),
    ("poll", errno.ENOMEM, False),
    ("send", errno.EINTR, False),
    ("send", errno.EPIPE, True),
    ("send", 0, False),
    ("recv", errno.EINTR, False),
    ("recv", errno.ECONNRESET, True),
    ("spawn", errno.EAGAIN, True),
    ("wait", errno.EINTR, False),
    ("thread", errno.EAGAIN, False),
    ("map", errno.ENOMEM, False),
    ("memory", errno.ENOMEM, True),
    ("memory", errno.ENOMEM, False),
    ("malloc", errno.ENOMEM, False),
]

# These make a call do less, or a second time, and change no outcome.
HARMLESS = {errno.EINTR, 0}


def numbers(pace):
    """1, 2, 3 and so on up to `pace`, and then the fewer the later. With FAULTS=all that is twenty times as far."""
    if os.environ.get("FAULTS") == "all":
        pace *= 20
    number = 1
    while True:
        yield number
        number += 1 + number // pace


def describe(call, number, reason, goes_on):
    name = errno.errorcode[reason] if reason else "one byte"
    return f"{call} {number}{' and later' if goes_on else ''}: {name}"
