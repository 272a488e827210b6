"""``python -m refgraph`` is the command line, ``refgraph``."""

import os
import shutil
import sys


def main():
    """Becomes the command line, with the words after the name of the program; it does not return."""
    package = os.path.dirname(os.path.abspath(__file__))
    beside = os.path.join(package, "_native", "refgraph")
    command = beside if os.path.exists(beside) else shutil.which("refgraph")
    if command is None:
        sys.exit("refgraph: the command line is not installed where PATH leads: make install puts it there")
    os.environ["REFGRAPH_PYTHON"] = os.path.dirname(package)
    os.execv(command, ["refgraph", *sys.argv[1:]])


if __name__ == "__main__":
    main()
