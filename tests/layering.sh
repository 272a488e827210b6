#!/bin/sh
# Keeps the house in order: which room includes which, where foreign headers may appear, what the library exports and
# links, and that what is promised is tested. Grep and nm are enough.

set -u
. "${srcdir:?}/tests/tap.sh"

# The rooms that a room may include, beside itself.
rooms_below() {
  case $1 in
    base) ;;
    graph) echo base ;;
    dump) echo base graph ;;
    analysis) echo base graph ;;
    export) echo base graph analysis ;;
    select) echo base graph analysis ;;
    view) echo base graph analysis select ;;
    table) echo base graph analysis select view ;;
    report) echo base graph analysis select view table ;;
    render) echo base graph analysis select view ;;
    renderer) echo base render ;;
    cli) ;;
    *) echo "src/$1 has no place in tests/layering.sh" >&2 ;;
  esac
}

# Prints the lines of the files of a room that include a private header of a room that is not below it.
includes_down() {
  allowed=$(rooms_below "$1" | tr ' ' '|')
  ! grep -nE '^#include "' "$srcdir/src/$1"/*.[ch] |
    grep -vE "#include \"([^/]*|\.\./($allowed)/[^/]*)\"" || false
}

# Prints the lines of code that are too long, in characters: the bytes that go on with one of UTF-8 do not count. Not
# looked at is what the build makes, where it makes it among the sources: two files of C, programs, libtool's scripts.
are_lines_short() {
  (cd "$srcdir" && LC_ALL=C find .ci Makefile.am bindings bootstrap build-aux/*python* build-aux/pip completion \
    configure.ac docs examples include m4/pythons.m4 run.in src \
    -type f \( -name '*.[ch]' -o -name '*.py' -o -name '*.pyi' -o -name '*.sh' -o -name '*.awk' -o -name '*.m4' \
    -o -name '*.a[cm]' -o -name '*.in' -o ! -name '*.*' \) \
    ! -path 'tests/fuzz/*' ! -path src/report/holders.c ! -name docstrings.h -exec awk '
      FNR == 1 { is_made = /^\177ELF|^#! / }
      { characters = $0; gsub(/[\200-\277]/, "", characters) }
      length(characters) > 120 && !is_made { print FILENAME ":" FNR ": " $0; is_long = 1 }
      END { exit is_long }' {} +)
}

# Succeeds if only the files that match the first pattern include headers that match the second.
only() {
  ! (cd "$srcdir" && grep -rnE "^ *# *include *[<\"]($2)[>\"]" --include='*.[ch]' include src bindings examples) |
    grep -vE "^($1)"
}

exported() {
  nm -D --defined-only "$1" | awk '{ print $3 }' | LC_ALL=C sort
}

exports_what_is_listed() {
  exported .libs/librefgraph.so | diff -u "$srcdir/tests/abi/symbols.txt" -
}

exports_public_names_only() {
  ! exported .libs/librefgraph.so | grep -v '^rg_'
}

exports_its_init_function_only() {
  [ "$(exported "$1")" = PyInit__refgraph ]
}

# Succeeds if the file needs no shared library that matches.
links_no() {
  ! readelf -d "$2" | grep -E "NEEDED.*\[lib($1)"
}

only_terminal_says() {
  ! grep -nE 'stderr|STDERR_FILENO|perror' "$srcdir"/src/cli/*.c | grep -v '/terminal\.c:'
}

# The tests that SECURITY.md names: `suite::name` in C, `module.Class.name` in Python, else words of a command's case
# or of a script.
is_a_test() {
  case $1 in
    *::*) grep -qE "^Test\(${1%%::*}, ${1##*::}[,)]" "$srcdir"/tests/c/*.c ;;
    test_*) sed -n "/^class $(echo "$1" | cut -d . -f 2)\b/,/^class /p" "$srcdir/tests/python/${1%%.*}.py" | grep -q "def ${1##*.}(" ;;
    *) [ -e "$srcdir/tests/cli/cases/$(echo "$1" | tr ' ' -).cmd" ] || grep -qF "ok \"$1\"" "$srcdir"/tests/*.sh ;;
  esac
}

promises_name_their_tests() {
  grep '^| ' "$srcdir/SECURITY.md" | grep -v 'it is promised' | while read -r promise; do
    # shellcheck disable=SC2016 # the quotes of Markdown
    test=$(echo "$promise" | sed -n 's/.* | `\([^`]*\)` |$/\1/p')
    is_a_test "${test:-none}" || { echo "no test shows it: $promise"; exit 1; }
  done
}

for folder in "$srcdir"/src/*/; do
  room=$(basename "$folder")
  ok "src/$room includes only itself and the rooms below it" includes_down "$room"
done

ok "Python.h appears only in the binding, in refgraph/python.h and in examples" \
  only 'bindings/python/|include/refgraph/python\.h:|examples/' 'Python\.h'
ok "cgraph.h, gvc.h and png.h appear only in the renderer" only 'src/renderer/' '(cgraph|gvc.*|gvplugin.*|png)\.h'
ok "sqlite3.h appears only in src/export/sqlite.c" only 'src/export/sqlite\.c:' 'sqlite3\.h'
ok "only src includes private headers of src" only 'src/' '.*\.\./.*|src/.*'

ok "no line of code has more than 120 columns" are_lines_short

ok "every promise of SECURITY.md names a test that is there" promises_name_their_tests

ok "librefgraph.so exports only names that start with rg_" exports_public_names_only
ok "librefgraph.so exports what tests/abi/symbols.txt lists" exports_what_is_listed
ok "librefgraph.so links neither Python nor what the renderer draws with" \
  links_no 'python|cgraph|cdt|gvc|png' .libs/librefgraph.so
ok "refgraph-render links no Python" links_no python refgraph-render
ok "refgraph links neither Python nor what the renderer draws with" links_no 'python|cgraph|cdt|gvc|png' .libs/refgraph
ok "only one file of the command line writes to the standard error" only_terminal_says

for extension in bindings/python/refgraph/_refgraph.*.so; do
  [ -e "$extension" ] || continue
  file=$(basename "$extension")
  ok "$file exports its init function only" exports_its_init_function_only "$extension"
  ok "$file links neither libpython nor what the renderer draws with" \
    links_no 'python|cgraph|cdt|gvc|png' "$extension"
done

plan
