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
  echo "1..0 # SKIP needs Sphinx and mandoc (Debian: python3-sphinx mandoc)"
  exit
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

ok "the documentation is built without a warning" builds "$folder/first"
ok "every picture is drawn" every_picture_is_drawn
ok "no page names a place of this machine" names_no_place
ok "it is built again" builds "$folder/second"
ok "both builds are the same, byte for byte" diff -rq "$folder/first" "$folder/second"
for page in "$source"/docs/*.rst "$source"/docs/*/*.rst; do
  ok "what ${page#"$source"/} prints in Python is what comes" says_what_comes "$page"
done

plan
