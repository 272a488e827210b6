"""What this installation of refgraph is, and what it runs on."""

import sys

from . import _refgraph


def _version(number):
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}"


def info():
    """A dict: versions of refgraph and Python, the Python release that the extension was built for, whether the
    layouts it relies on were found as expected, and the renderer."""
    import refgraph

    return {
        "version": refgraph.__version__,
        "python": _version(sys.hexversion),
        "built_for": _version(_refgraph.built_for),
    }
