#!/bin/sh
# The stub of the extension is what the extension has, and the package uses types as it says: mypy and its stubtest.

set -u
. "${srcdir:?}/tests/tap.sh"

with_mypy=
for python in $([ -s pythons.list ] && cut -f 4 pythons.list); do
  "$python" -c 'import mypy' 2>/dev/null && with_mypy=$python
done
if [ -z "$with_mypy" ] || [ -n "$SANITIZED_PYTHON" ]; then
  skip_all "needs a Python with mypy (Debian: python3-mypy), and no sanitizers"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit

cat >program.py <<'PYTHON'
import refgraph

graph: refgraph.Graph = refgraph.load(b"heap.rgd")
largest: int = graph.types(limit=1)[0].size
captured: str = refgraph.leaks(graph)[0].captures[0].name
refgraph.show_refs([graph], filename="refs.png").svg().strip()
PYTHON

# A newer mypy asks for a mark on classes with slots of their own, which an older one does not know.
options=$("$with_mypy" -m mypy.stubtest --help | grep -o -m 1 -e --ignore-disjoint-bases)
# shellcheck disable=SC2086 # one option, or none
ok "stubtest finds nothing that the stub has and the extension has not, or the other way" \
  "$with_mypy" -m mypy.stubtest $options refgraph._refgraph
# Whose packages have no types, or have them in another package, is no matter of ours.
ok "the package keeps to its types" "$with_mypy" -m mypy --ignore-missing-imports --disable-error-code import -p refgraph
ok "a program sees the types of what it calls" "$with_mypy" -m mypy --strict program.py
plan
