#!/bin/sh
# Library, renderer, command line and extension under valgrind's memcheck, which sees what is read before it was set, as
# no sanitizer does. What it finds is in files, where tests/gate looks. Leaks are left to LeakSanitizer.

set -u
. "${srcdir:?}/tests/tap.sh"

if ! command -v valgrind >/dev/null; then
  skip_all "no valgrind (Debian: valgrind)"
fi

build=$(pwd)
source=$(cd "$srcdir" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The renderer starts without an environment, and libtool's `refgraph` is a script.
wrap() {
  printf '#!/bin/sh\nexec valgrind %s "%s" "$@"\n' "$VALGRIND_OPTS" "$2" >"$folder/$1" && chmod +x "$folder/$1"
}
wrap refgraph "$build/.libs/refgraph" && wrap refgraph-render "$build/refgraph-render" || exit
export REFGRAPH_RENDER="$folder/refgraph-render" LD_LIBRARY_PATH="$build/.libs"

ok "library and renderer, by several threads" valgrind tests/c/threads
ok "the library, over what fuzzers found" valgrind tests/fuzz/replay "$source/tests/fuzz"

tests/cli/make_dump "$(cat "$source/tests/cli/heap.txt")" >"$folder/heap.rgd"
tests/cli/make_dump "R.a>b R.a>c b:closure,callable,size=9 c:closure,callable,size=9" >"$folder/more.rgd"
cd "$folder" || exit
for command in 'info heap.rgd' 'verify heap.rgd' 'types heap.rgd --retained' 'closures heap.rgd' \
  'why heap.rgd closure' 'why heap.rgd type:Screen --cut' 'why heap.rgd type:Screen --disjoint' \
  'why heap.rgd closure -o why.svg' 'draw heap.rgd type:Screen -o refs.png' 'dominators heap.rgd' 'cycles heap.rgd' \
  'leaks heap.rgd' 'leaks heap.rgd --json' 'diff heap.rgd more.rgd' 'growth heap.rgd more.rgd heap.rgd' \
  'export heap.rgd -o heap.heapsnapshot' 'export heap.rgd -o heap.sqlite' 'export heap.rgd -o heap.csv' \
  'export heap.rgd -o heap.json'; do
  # shellcheck disable=SC2086 # a command and its options
  ok "refgraph $command" ./refgraph $command
done
cd "$build" || exit

cat >"$folder/closures.py" <<'PYTHON'
import refgraph

def make(rows):
    return lambda: len(rows)

count = make([[], {}, "text", 1.5])
refgraph.show_refs(count).text, refgraph.why(count).json()
refgraph.capture().closures().text
refgraph.dump("closures.rgd")
refgraph.load("closures.rgd").why_closures().text
PYTHON

if [ -n "$PYTHON" ]; then
  # Each object a block of malloc's, so that a read beyond it is seen.
  cd "$folder" || exit
  ok "the extension" env -u LD_LIBRARY_PATH PYTHONMALLOC=malloc valgrind "$PYTHON" closures.py
fi

plan
