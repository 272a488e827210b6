"""One sentence about a drawing, for who cannot see it."""

from collections import defaultdict

# What is named at most; the others are counted.
_MOST_TARGETS = 3
_MOST_WORDS = 8


def of(drawing):
    """What the targets of a drawing refer to, and what keeps them alive.

    >>> import refgraph
    >>> def make(rows): return lambda: rows
    >>> of(refgraph.show_refs(make(bytearray(8_000))))
    '<lambda> captures rows (bytearray, 8.1 kB)'
    """
    return _Reader(drawing).sentence() or drawing.caption


def _enumerated(words):
    if len(words) > _MOST_WORDS:
        words = [*words[:_MOST_WORDS], f"{len(words) - _MOST_WORDS} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _size(num_bytes):
    """From a kilobyte on: smaller ones tell nothing."""
    if num_bytes < 1000:
        return ""
    for unit in ("kB", "MB", "GB", "TB"):
        num_bytes /= 1000
        if num_bytes < 999.5:
            break
    return f", {num_bytes:.{1 if num_bytes < 99.95 else 0}f} {unit}"


def _name(node):
    """What a label begins with: as "on_click" of "f.<locals>.on_click, function, ui.py:12"."""
    if node["type"] in ("str", "bytes"):
        return node["label"]
    if node["type"] == "frame":
        return node["label"].partition(" local")[0]  # "MainThread, f() local, ui.py:12"
    return node["label"].partition(", ")[0].rpartition(".<locals>.")[2]


def _step(edge):
    """A reference as it stands after the words for its holder."""
    kind, name = edge["kind"], edge["name"]
    if kind == "weak" or (not name and kind != "key"):
        return ""
    if kind == "attribute":
        return f".{name}"
    if kind in ("index", "item"):
        return f"[{name}]"
    if kind in ("captured", "local"):
        return f" with its variable {name}"
    return f" with its {kind} {name}".rstrip()


_VERBS = (
    ("captures", lambda kind: kind == "captured"),
    ("refers to", lambda kind: kind not in ("captured", "weak")),
    ("refers weakly to", lambda kind: kind == "weak"),
)


class _Reader:
    def __init__(self, drawing):
        self.nodes = {node["id"]: node for node in drawing.nodes}
        self.references, self.referrers = defaultdict(list), defaultdict(list)
        for edge in drawing.edges:
            self.references[edge["source"]].append(edge)
            self.referrers[edge["target"]].append(edge)

    def sentence(self):
        targets = [node for node in self.nodes.values() if node["role"] == "target"]
        told = [self.about(target) for target in targets[:_MOST_TARGETS]]
        if len(targets) > _MOST_TARGETS:
            told.append(f"and {len(targets) - _MOST_TARGETS} more")
        return "; ".join(told)

    def about(self, target):
        clauses = []
        for verb, holds in _VERBS:
            found = [self.reference(edge) for edge in self.references[target["id"]] if holds(edge["kind"])]
            if found:
                clauses.append(f"{verb} {_enumerated(found)}")
        path = self.path(target["id"])
        if path:
            clauses.append(f"is kept alive by {path}")
        return f"{_name(target)} {_enumerated(clauses)}" if clauses else target["label"]

    def reference(self, edge):
        node = self.nodes[edge["target"]]
        if node["role"] == "cut":
            return node["label"].lstrip("… ")
        is_named = edge["kind"] in ("attribute", "captured", "local", "argument")
        name = edge["name"] if is_named else _step(edge).strip()
        value = node["type"] + _size(self.drawn_below(edge))
        return f"{name} ({value})" if name else value

    def drawn_below(self, edge):
        """Bytes of what a reference leads to in the drawing, by strong references and not through its holder."""
        seen, to_do = {edge["source"], edge["target"]}, [edge["target"]]
        for id in to_do:
            for below in self.references[id]:
                if below["kind"] != "weak" and below["target"] not in seen:
                    seen.add(below["target"])
                    to_do.append(below["target"])
        return sum(self.nodes[id]["size"] for id in to_do)

    def path(self, target):
        """The shortest way from a root, as "__main__.listeners['click'][0]"; None where no root leads here."""
        reached_by, to_do = {target: None}, [target]
        for id in to_do:
            if self.nodes[id]["role"] == "root":
                return _name(self.nodes[id]) + "".join(self.steps(id, reached_by))
            for edge in self.referrers[id]:
                if edge["kind"] != "weak" and edge["source"] not in reached_by:
                    reached_by[edge["source"]] = edge
                    to_do.append(edge["source"])
        return None

    def steps(self, id, reached_by):
        while reached_by[id]:
            yield _step(reached_by[id])
            id = reached_by[id]["target"]
