#!/bin/sh
# Calls of the C library fail, each in its turn: memory, reads, writes, files, pipes, processes. What is asked then
# fails in one plain line, leaves nothing behind, and old files as they were.
#
#   make check-faults    many more calls, of more commands, which takes minutes

set -u
. "${srcdir:?}/tests/tap.sh"

if [ -z "$PYTHON" ] || [ -n "$SANITIZER_CFLAGS" ]; then
  skip_all "needs Python, and a build without sanitizers"
fi

build=$(pwd)
source=$(cd "$srcdir/tests/faults" && pwd)
library=$build/tests/faults/.libs/faults.so
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Libtool's refgraph is a script, whose shell is not to fail.
LD_LIBRARY_PATH=$build/.libs
export LD_LIBRARY_PATH
refgraph=$build/.libs/refgraph

# A list of closures that grows, and captures what is closed.
old=$folder/old.rgd heap=$folder/heap.rgd
list='R>app app:module,label=app,type=module app.handlers>list list:container,type=list,size=99'
for i in 1 2 3 4; do
  list="$list list[$i]>f$i f$i:type=function,callable,closure,size=100,site=make.on_click/ui.py/12/screen"
  list="$list f$i{screen}>s$i s$i:type=Screen,size=1000,finished=closed"
  [ $i -ne 2 ] || "$build/tests/cli/make_dump" "$list" >"$old" || exit
done
"$build/tests/cli/make_dump" "$list" >"$heap" || exit

# The files that it writes, "--", and the command.
survives() {
  "$PYTHON" -B "$source/command.py" "$library" "$@"
}

ok "why survives each failing call" survives -- "$refgraph" why "$heap" closure
ok "why survives each failing call while it draws" survives why.svg -- "$refgraph" why "$heap" closure -o why.svg
ok "closures survives each failing call" survives -- "$refgraph" closures "$heap" --json
ok "dominators survives each failing call" survives -- "$refgraph" dominators "$heap"
ok "leaks survives each failing call" \
  survives a.sarif b.txt -- "$refgraph" leaks "$heap" -o a.sarif --write-baseline b.txt
ok "verify survives each failing call" survives -- "$refgraph" verify "$heap"
ok "export to one file survives each failing call" \
  survives a.heapsnapshot -- "$refgraph" export "$heap" -o a.heapsnapshot
ok "export to two files survives each failing call" \
  survives a.nodes.csv a.edges.csv -- "$refgraph" export "$heap" -o a.csv
if "$refgraph" export "$heap" -o "$folder/a.sqlite" 2>"$folder/without"; then
  ok "export to a database survives each failing call" \
    survives a.sqlite -- "$refgraph" export "$old" "$heap" -o a.sqlite
else
  skip "export to a database survives each failing call" "$(cat "$folder/without")"
fi
ok "run survives each failing call" survives -- "$refgraph" run --dump a.rgd -- true
# shellcheck disable=SC2016
ok "growth survives each failing call" survives -- "$refgraph" growth --rounds 2 -- \
  sh -c 'cp "$0" "$REFGRAPH_RUN_DUMP/round-1.rgd"; cp "$1" "$REFGRAPH_RUN_DUMP/round-2.rgd"' "$old" "$heap"

if [ "${FAULTS-}" = all ]; then
  ok "draw survives each failing call" survives draw.png -- "$refgraph" draw "$heap" closure -o draw.png
  ok "diff survives each failing call" survives -- "$refgraph" diff "$old" "$heap"
  ok "cycles survives each failing call" survives -- "$refgraph" cycles "$heap"
  ok "types survives each failing call" survives -- "$refgraph" types "$heap" --retained
  ok "paths survive each failing call" survives -- "$refgraph" why "$heap" closure --disjoint
  ok "a cut survives each failing call" survives -- "$refgraph" why "$heap" closure --cut --limit 0
fi

# In a process of Python's, which goes on afterwards.
goes_on() {
  (mkdir "$folder/empty" && cd "$folder/empty" &&
    PYTHONMALLOC=malloc LD_PRELOAD=$library "$PYTHON" -B -S "$source/python.py" "$1" "$heap")
  status=$?
  rm -rf "$folder/empty"
  return $status
}

for call in tables show_refs leaks "dump by fork" "dump that nobody waits for" load export; do
  ok "Python: $call leaves nothing and breaks nothing with each call failing" goes_on "$call"
done
if [ "${FAULTS-}" = all ]; then
  for call in objgraph why capture "dump in place"; do
    ok "Python: $call leaves nothing and breaks nothing with each call failing" goes_on "$call"
  done
fi

plan
