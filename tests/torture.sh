#!/bin/sh
# No public function that can fail is forgotten by the tests that let allocations fail: each is called under
# HEAP_TORTURE somewhere in tests/c, at once or by a function of the same file. The extension has tests/faults.

set -u
. "${srcdir:?}/tests/tap.sh"

# They fail by their argument alone, or make an error: without memory for the words it is another one.
fail_otherwise='rg_error_create|rg_export_format_named|rg_export_format_of|rg_format_of'

can_fail() {
  cat "$srcdir"/include/refgraph/*.h | grep -oE 'rg_error \*rg_[a-z_]+\(' | tr -d '*(' | cut -d ' ' -f 2 |
    grep -xFf "$srcdir/tests/abi/symbols.txt" | grep -vxE "$fail_otherwise"
}

# Prints each public name that HEAP_TORTURE leads to.
are_tortured() {
  awk '
    function note(owner, text) {
      while (match(text, /[a-z_][a-z_0-9]+/)) {
        words[owner] = words[owner] " " substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
      }
    }
    function follow(file, name,   list, i) {
      if (seen[file, name]++)
        return
      split(words[file, name], list)
      for (i in list) {
        if (list[i] ~ /^rg_/)
          print list[i]
        follow(file, list[i])
      }
    }
    { files[FILENAME] }
    /^[a-z].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
    /^}/ { name = "" }
    /^ / && name { note(FILENAME SUBSEP name, $0) }
    /HEAP_TORTURE\(/ { is_torture = 1 }
    is_torture { note(FILENAME SUBSEP "HEAP_TORTURE", $0) }
    /;$/ { is_torture = 0 }
    END { for (file in files) follow(file, "HEAP_TORTURE") }' "$srcdir"/tests/c/test_*.c
}

each_is_tortured() {
  are_tortured | LC_ALL=C sort -u >"$folder/tortured"
  ! can_fail | grep -vxFf "$folder/tortured"
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

ok "every public function that can fail is called with each of its allocations failing" each_is_tortured

plan
