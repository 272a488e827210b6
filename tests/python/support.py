"""What the tests share: objects told apart by their type, and the references that a picture shows of an object."""

import os
import subprocess
import sys

import refgraph

# Everything takes several times as long.
IS_SANITIZED = "libasan" in os.environ.get("LD_PRELOAD", "")


def why_not(code, **environment):
    """Why a fresh interpreter cannot run `code` of others, in its last words; None if it can. Under a sanitizer some
    libraries fail by themselves, and so do some of Debian's on an interpreter that is not its default."""
    # What a sanitizer finds there is not ours.
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "", **environment}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, errors="replace")
    return (done.stderr.strip().splitlines() or ["no word"])[-1] if done.returncode else None


def running_frames():
    """Those of all threads, whose variables change while a test looks at them."""
    for frame in sys._current_frames().values():
        while frame:
            yield frame
            frame = frame.f_back


def thing(name):
    """An instance of a class of its own, so that a picture tells it from all others by its type."""
    return type(name, (), {})()


def references(drawing):
    """Kind, name and type at the end of each arrow of the one target, in their order."""
    nodes = {node["id"]: node for node in drawing.nodes}
    (target,) = [node["id"] for node in drawing.nodes if node["role"] == "target"]
    return [
        (edge["kind"], edge["name"], nodes[edge["target"]]["type"])
        for edge in drawing.edges
        if edge["source"] == target
    ]


def references_of(holder, **options):
    """What show_refs tells about one object. A graph of the whole heap must tell the same."""
    options = {"max_depth": 1, "too_many": 1000, "max_nodes": 5000, **options}
    alone = references(refgraph.show_refs([holder], **options))
    among_all = references(refgraph.capture().refs([holder], **options))
    if alone != among_all:
        raise AssertionError(f"show_refs tells {alone}, Graph.refs tells {among_all}")
    return alone


def steps(drawing):
    """The names along the arrows of a path that does not fork, from its root, each with the label or type it ends at."""
    nodes = {node["id"]: node for node in drawing.nodes}
    follow = {}
    for edge in drawing.edges:
        if nodes[edge["target"]]["role"] in ("path", "target"):
            follow.setdefault(edge["source"], edge)
    (node,) = [node["id"] for node in drawing.nodes if node["role"] == "root"]
    result = []
    while node in follow:
        edge = follow.pop(node)
        node = edge["target"]
        result.append((edge["kind"], edge["name"], nodes[node]["type"]))
    return result


def run_python(code, **environment):
    """What a fresh interpreter of this kind prints for `code`; that it ends well is part of every test."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-B", "-c", code],
        cwd=os.path.dirname(os.path.abspath(__file__)),
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    if done.returncode:
        raise AssertionError(f"exit status {done.returncode}: {done.stderr}")
    return done.stdout


def run_command(*words, **options):
    """Runs the program refgraph, which is no Python: what an interpreter was loaded with is not for it."""
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    return subprocess.run(["refgraph", *words], env=environment, stdout=subprocess.PIPE, **options)
