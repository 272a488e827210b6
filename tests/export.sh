#!/bin/sh
# Exports, read by the programs that they are for: the code of Chrome's DevTools, Chromium itself, networkx, sqlite3.
# make export-readers installs the first from npm.

set -u
. "${srcdir:?}/tests/tap.sh"

if [ -z "$PYTHON" ] || [ -n "$SANITIZED_PYTHON" ]; then
  skip_all "needs a Python without sanitizers"
fi

source=$(cd "$srcdir/tests/readers" && pwd)
readers=$(pwd)/readers
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit

# What is missing to run scripts of a package from npm; nothing, if all is there.
missing_for() {
  command -v node >/dev/null || { echo "no node (Debian: nodejs)"; return; }
  [ -d "$readers/node_modules/$1" ] || echo "no $1: make export-readers"
}

# Modules are looked for beside the script.
run_node() {
  script=$1
  shift
  cp "$source/$script" "$readers/$script" && timeout 120 node "$readers/$script" "$@"
}

python_with() {
  for python in "$PYTHON" /usr/bin/python3; do
    "$python" -c "import $1" 2>/dev/null && echo "$python" && return
  done
}

devtools_retain_what_we_do() {
  run_node snapshot.mjs heap-1.heapsnapshot >read.json && "$PYTHON" "$source/compare.py" heap.nodes.csv read.json
}

devtools_find_what_came() {
  run_node snapshot.mjs heap-1.heapsnapshot heap-2.heapsnapshot >changes.json && cat changes.json &&
    grep -qF '"__main__.Screen":[7,0]' changes.json && ! grep -q Garbage changes.json
}

# Chromium as Debian has it; the panel's table, row by row.
panel_shows() {
  expected=$1
  shift
  rm -rf browser && mkdir browser && run_node devtools.mjs "$(command -v chromium)" browser "$@" >rows.json
  status=$?
  cat rows.json
  [ "$status" -eq 0 ] && grep -qF "$expected" rows.json
}

database_has_both_dumps() {
  [ "$(sqlite3 heap.sqlite "SELECT dump, copies FROM by_site WHERE site = 'make.<locals>.on_click' ORDER BY 1")" = "1|20
2|27" ]
}

"$PYTHON" "$source/heap.py" old.rgd new.rgd || exit
refgraph export old.rgd new.rgd -o heap-%d.heapsnapshot || exit
refgraph export old.rgd -o heap.csv || exit
refgraph export old.rgd -o heap.json || exit

missing=$(missing_for heap-snapshot-toolkit)
if [ -z "$missing" ]; then
  ok "DevTools retain what we do, of each object" devtools_retain_what_we_do
  ok "DevTools find what came between two dumps, and that nothing else did" devtools_find_what_came
else
  skip "DevTools retain what we do, of each object" "$missing"
  skip "DevTools find what came between two dumps, and that nothing else did" "$missing"
fi

missing=$(missing_for playwright-core)
command -v chromium >/dev/null || missing="no chromium (Debian: chromium)"
if [ -z "$missing" ]; then
  ok "Chromium's Memory panel shows the objects of a class" panel_shows '["__main__.Screen×20",' __main__.Screen heap-1.heapsnapshot
  ok "Chromium's Comparison shows what came" panel_shows '["__main__.Screen","7","0","+7",' __main__.Screen \
    heap-1.heapsnapshot heap-2.heapsnapshot
else
  skip "Chromium's Memory panel shows the objects of a class" "$missing"
  skip "Chromium's Comparison shows what came" "$missing"
fi

python=$(python_with networkx)
if [ -n "$python" ]; then
  ok "networkx reads the nodes and edges that the CSV files have" \
    "$python" "$source/link.py" heap.json heap.nodes.csv heap.edges.csv
else
  skip "networkx reads the nodes and edges that the CSV files have" "no networkx (Debian: python3-networkx)"
fi

if ! refgraph export old.rgd new.rgd -o heap.sqlite 2>without; then
  skip "sqlite3 reads a database of two dumps" "$(cat without)"
elif command -v sqlite3 >/dev/null; then
  ok "sqlite3 reads a database of two dumps" database_has_both_dumps
else
  skip "sqlite3 reads a database of two dumps" "no sqlite3 (Debian: sqlite3)"
fi

plan
