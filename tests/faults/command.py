"""A command with each call of the C library failing in turn: it ends with a status and one plain line, and leaves
neither a temporary file nor a process, and the old files where it would have written. Says what is not so.

    python3 tests/faults/command.py FAULTS.SO [OUTPUT...] -- refgraph draw heap.rgd closure:f -o f.svg
"""

import ctypes
import os
import re
import subprocess
import sys
import tempfile

import support

split = sys.argv.index("--")
library, outputs, command = sys.argv[1], sys.argv[2:split], sys.argv[split + 1 :]
TIMEOUT = 60
OLD = b"what was there before"
STATUSES = {0, 1, 2, 3, 4, 5, 6, 126, 127}


class Outcome:
    """What the command does in a folder where its outputs are there already."""

    def __init__(self, fault=None):
        with tempfile.TemporaryDirectory() as folder:
            for name in outputs:
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(OLD)
            environment = {**os.environ, "LC_ALL": "C.UTF-8", "TMPDIR": folder}
            if fault:
                environment.update(LD_PRELOAD=library, FAULT=fault, FAULT_MARK=os.path.join(folder, "mark"))
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                timeout=TIMEOUT,
            )
            self.status, self.printed, self.said = done.returncode, done.stdout, done.stderr.decode()
            self.files = {}
            for name in outputs:
                with open(os.path.join(folder, name), "rb") as file:
                    self.files[name] = file.read()
            others = set(os.listdir(folder)) - set(outputs)
            self.has_come_to_it = "mark" in others
            self.leftovers = sorted(others - {"mark"})


def has_children():
    """Whether a process is left that was started by one of ours: they are handed on to us."""
    try:
        return os.waitpid(-1, os.WNOHANG) is not None
    except ChildProcessError:
        return False


def problems_of(outcome, expected, reason):
    """What is wrong with an outcome, in words."""
    has_failed = outcome.status != expected.status
    if outcome.status not in STATUSES:
        yield f"exit status {outcome.status}: {outcome.said}"
    if has_failed and not re.fullmatch(r"(refgraph: [^\n]+\n)+", outcome.said):
        yield f"says {outcome.said!r}"
    if has_failed and reason in support.HARMLESS:
        yield f"fails: {outcome.said}"
    if not has_failed and outcome.printed != expected.printed:
        yield "prints something else and does not fail"
    for name, content in outcome.files.items():
        if content not in (OLD, expected.files[name]):
            yield f"'{name}' is neither the old nor the new one"
        elif not has_failed and content != expected.files[name]:
            yield f"'{name}' is the old one, and nothing was said"
    if has_children():
        yield "a process is left"
    if outcome.leftovers:
        yield f"leaves {outcome.leftovers}"


def problems():
    expected = Outcome()
    if expected.status or expected.leftovers:
        yield f"without faults exit status {expected.status}: {expected.said} {expected.leftovers}"
        return
    for call, reason, goes_on in support.FAULTS:
        for number in support.numbers(pace=6):
            outcome = Outcome(f"{call}:{number}:{reason}{':on' if goes_on else ''}")
            if not outcome.has_come_to_it:
                break
            for problem in problems_of(outcome, expected, reason):
                yield f"{support.describe(call, number, reason, goes_on)}: {problem}"


# What our children leave behind becomes our child: PR_SET_CHILD_SUBREAPER.
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
found = list(problems())
print("\n".join(found))
sys.exit(bool(found))
