#!/bin/sh
# Each public header compiles alone, as strict C11 and as C++17.

# shellcheck disable=SC2086 # commands and flags are lists of words

set -u
. "${srcdir:?}/tests/tap.sh"

compiles() {
  header=$1
  shift
  echo "#include <$header>" | "$@" -Wall -Wextra -pedantic-errors -Werror -fsyntax-only -I"$srcdir/include" \
    $PYTHON_EMBED_CFLAGS -
}

for file in "$srcdir"/include/refgraph.h "$srcdir"/include/refgraph/*.h; do
  header=${file#"$srcdir"/include/}
  if [ "$header" = refgraph/python.h ] && [ -z "$PYTHON_EMBED_CFLAGS" ]; then
    skip "$header compiles" "no python3-embed"
    continue
  fi
  ok "$header compiles as C11" compiles "$header" $CC -std=c11 -xc
  if command -v "$CXX" >/dev/null; then
    ok "$header compiles as C++17" compiles "$header" "$CXX" -std=c++17 -xc++
  else
    skip "$header compiles as C++17" "no C++ compiler"
  fi
done

plan
