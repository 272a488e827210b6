#!/bin/sh
# Every example runs to its end and says nothing on stderr.

set -u
. "${srcdir:?}/tests/tap.sh"

build=$(pwd)
source=$(cd "$srcdir" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit

# Runs a command and fails on a word on stderr, too.
runs_cleanly() {
  "$@" 2>stderr || { status=$?; cat stderr; return "$status"; }
  cat stderr
  [ ! -s stderr ]
}

for example in "$source"/examples/*.py; do
  [ -n "$PYTHON" ] || break
  # shellcheck disable=SC2086 # a command and its options, or nothing
  ok "examples/$(basename "$example")" runs_cleanly $SANITIZED_PYTHON "$PYTHON" "$example"
done
for example in $C_EXAMPLES; do
  ok "$example" runs_cleanly "$build/$example"
done

plan
