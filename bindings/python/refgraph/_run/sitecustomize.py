"""Started by site in the first Python of ``refgraph run``: takes itself away, then lets refgraph watch the program."""

import importlib
import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_PACKAGES = os.path.dirname(os.path.dirname(_FOLDER))


def _take_token(text):
    """Whether this is the first Python: it finds the one byte in the pipe that refgraph run left open."""
    try:
        fd, device, inode = map(int, text.split(":"))
        status = os.fstat(fd)
        if (status.st_dev, status.st_ino) != (device, inode):
            return False
        token = os.read(fd, 1)
        os.close(fd)
        return bool(token)
    except (OSError, ValueError):
        return False


def _leave_no_trace():
    """Children, and the program, see the environment and the path as they would be without refgraph run."""
    environment = os.environ
    folders = environment.get("PYTHONPATH", "").split(os.pathsep)
    folders = [folder for folder in folders if os.path.abspath(folder or os.curdir) != _FOLDER]
    if any(folders):
        environment["PYTHONPATH"] = os.pathsep.join(folders)
    else:
        environment.pop("PYTHONPATH", None)
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or os.curdir) != _FOLDER]
    names = ("REFGRAPH_RUN_TOKEN", "REFGRAPH_RUN_DUMP", "REFGRAPH_RUN_SIGNAL", "REFGRAPH_RUN_ROUNDS")
    return [environment.pop(name, "") for name in names]


def _watch(token, path, signal_name, rounds):
    if not _take_token(token):
        return
    # Not installed for this interpreter, the package is found beside this file.
    sys.path.append(_PACKAGES)
    try:
        from refgraph._run import watch

        watch(path, signal_name, rounds)
    except BaseException as error:
        # Nothing of the program has run: it must not run without being watched.
        sys.stderr.write(f"refgraph: cannot watch {sys.executable}: {error}\n")
        sys.stderr.flush()
        os._exit(4)
    finally:
        sys.path.remove(_PACKAGES)


def _chain():
    """Runs the sitecustomize that was there before, if there is one."""
    own = sys.modules.pop(__name__)
    try:
        importlib.import_module("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault(__name__, own)


_watch(*_leave_no_trace())
_chain()
