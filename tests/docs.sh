#!/bin/sh
# The documentation is built without a warning, the same each time, and what its pages print in Python is what comes.

set -u
. "${srcdir:?}/tests/tap.sh"

source=$(cd "$srcdir" && pwd)
# shellcheck disable=SC2013 # no spaces in there
for python in $(cut -f 4 pythons.list); do
  "$python" -c 'import sphinx' 2>/dev/null && sphinx_python=$python
done
if [ -z "${sphinx_python-}" ] || ! command -v mandoc >/dev/null; then
  skip_all "needs Sphinx and mandoc (Debian: python3-sphinx mandoc)"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The result of a build from nothing goes to a folder: builds FOLDER
builds() {
  rm -rf docs/html docs/doctrees
  $MAKE docs >"$1.out" 2>&1 && mv docs/html "$1" && return
  cat "$1.out"
  return 1
}

names_no_place() {
  ! grep -rlF -e "$source" -e "$(pwd)" --include='*.html' "$folder/first"
}

every_picture_is_drawn() {
  wanted=$(cat "$source"/docs/*.rst "$source"/docs/*/*.rst | grep -c '^\.\. refgraph::$')
  [ "$(cat "$folder"/first/*.html "$folder"/first/*/*.html | grep -c '<img .*src="[./]*_images/refgraph-')" -eq "$wanted" ]
}

says_what_comes() {
  cd "$folder" && "$sphinx_python" -m doctest "$1"
}

shows_every_header() {
  for header in "$source"/include/refgraph.h "$source"/include/refgraph/*.h; do
    grep -q "literalinclude:: ../include/${header#"$source"/include/}\$" "$source/docs/c.rst" || { echo "$header"; return 1; }
  done
}

shows_every_page_of_the_manual() {
  for page in "$source"/man/*; do
    grep -q "^\.\. manual:: $(basename "$page")\$" "$source"/docs/*.rst || { echo "$page"; return 1; }
  done
}

shows_every_public_name() {
  "$sphinx_python" - "$source/docs/python.rst" <<'PYTHON'
import re
import sys

import refgraph

with open(sys.argv[1], encoding="utf-8") as page:
    shown = re.findall(r"^\.\. auto(?:class|exception|function):: (\w+)", page.read(), re.MULTILINE)
missing = set(refgraph.__all__) - set(shown)
sys.exit(f"not in docs/python.rst: {missing}" if missing else 0)
PYTHON
}

ok "the documentation is built without a warning" builds "$folder/first"
ok "every picture is drawn" every_picture_is_drawn
ok "no page names a place of this machine" names_no_place
ok "it is built again" builds "$folder/second"
ok "both builds are the same, byte for byte" diff -rq "$folder/first" "$folder/second"
ok "every header is shown" shows_every_header
ok "every page of the manual is shown" shows_every_page_of_the_manual
ok "every public name is shown" shows_every_public_name
for page in "$source"/docs/*.rst "$source"/docs/*/*.rst; do
  ok "what ${page#"$source"/} prints in Python is what comes" says_what_comes "$page"
done

plan
