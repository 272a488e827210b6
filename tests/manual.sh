#!/bin/sh
# Help, manual and completion say the same, and what they and the README print as examples works as it is printed.

set -u
. "${srcdir:?}/tests/tap.sh"

build=$(pwd)
source=$(cd "$srcdir" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin" "$folder/work"
cd "$folder/work" || exit
LC_ALL=C.UTF-8
export LC_ALL

"$build/tests/cli/make_dump" "$(cat "$source/tests/cli/heap.txt")" >heap.rgd || exit
cp heap.rgd old.rgd && cp heap.rgd oldest.rgd
cat >app.py <<'END'
import sys

listeners = []
for _ in range(5):
    listeners.append(lambda: listeners)
    if "refgraph" in sys.modules:
        sys.modules["refgraph"].round()
END
printf '#!/bin/sh\nexec %s "$@"\n' "${PYTHON:-false}" >"$folder/bin/python3"
chmod +x "$folder/bin/python3"
PATH=$folder/bin:$PATH

refgraph help --json >help.json || exit
commands=$(sed -n 's/.*{"name": "\([a-z]*\)", "summary".*/\1/p' help.json)

options_of() {
  grep -F "{\"name\": \"$1\", \"summary\"" help.json | grep -o '{"name": "[a-z-]*", "value"' | cut -d '"' -f 4 | sort
}

help_has_the_options() {
  options_of "$1" >expected
  refgraph help "$1" | sed -n '/^Options:/,$s/^ .* --\([a-z-]*\) .*/\1/p' | sort | diff -u expected -
}

manual_has_the_options() {
  options_of "$1" >expected
  sed -n 's/^\.It .*Fl Fl \([a-z-]*\).*/\1/p' "$source/man/refgraph-$1.1" | sort | diff -u expected -
}

completes() {
  bash -c '. "$1/completion/refgraph"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _refgraph; printf "%s\n" "${COMPREPLY[@]}"' - "$source" "$@"
}

completion_has_the_options() {
  options_of "$1" >expected
  completes refgraph "$1" x -- | sed 's/^--//' | sort | diff -u expected -
}

# The options that take a value are those after which no option is completed.
completion_knows_the_values() {
  grep -o '{"name": "[a-z-]*", "value": "' help.json | cut -d '"' -f 4 | sort -u | while read -r option; do
    [ -z "$(completes refgraph draw x "--$option" -- )" ] || { echo "--$option"; exit 1; }
  done
}

completion_has_the_commands() {
  echo "$commands" >expected
  completes refgraph '' | grep -v '^-' | diff -u expected - && completes refgraph help '' | diff -u expected -
}

manual_has_the_commands() {
  echo "$commands" >expected
  sed -n 's/^\.It Xr refgraph-\([a-z]*\) 1/\1/p' "$source/man/refgraph.1" | diff -u expected -
}

manual_is_well_formed() {
  ! mandoc -Tlint "$1" | grep -v 'referenced manual not found'
}

# Runs an example in a folder of its own, with dumps and app.py.
works() {
  rm -rf example && mkdir example && cp ./*.rgd app.py example && (cd example && sh -c "$1")
}

example_of_c_compiles() {
  sed -n '/^\.Bd -literal/,/^\.Ed/p' "$source/man/refgraph.3" | grep -v '^\.' >example.c
  # shellcheck disable=SC2086 # lists of words
  $CC -std=c11 -Wall -Wextra -Werror -fsyntax-only -I"$source/include" example.c
}

for command in $commands; do
  ok "the help of $command has its options" help_has_the_options "$command"
  ok "the manual of $command has its options" manual_has_the_options "$command"
  if command -v bash >/dev/null; then
    ok "the completion of $command has its options" completion_has_the_options "$command"
  fi
done
ok "the manual has the commands" manual_has_the_commands
if command -v bash >/dev/null; then
  ok "the completion has the commands" completion_has_the_commands
  ok "the completion knows which options take a value" completion_knows_the_values
fi
for page in "$source"/man/*; do
  if command -v mandoc >/dev/null; then
    ok "man/$(basename "$page") is well-formed" manual_is_well_formed "$page"
  else
    skip "man/$(basename "$page") is well-formed" "no mandoc"
  fi
done

{
  refgraph help | sed -n '/^Examples:/,/^$/s/^  //p'
  for command in $commands; do
    refgraph help "$command" | sed -n '/^Examples:/,/^$/s/^  //p'
  done
  sed -n 's/\\-/-/g; s/^\.Dl //p' "$source"/man/*.[157]
  sed -n '/^\.Bd/,/^\.Ed/s/^refgraph/&/p' "$source"/man/*.1
  sed -n 's/^    \(refgraph .*[^ ]\)  *#.*/\1/p; t; s/^    \(refgraph \)/\1/p' "$source/README.md"
} | sort -u >examples
while IFS= read -r example; do
  case $example in
    *.sqlite*) if ! refgraph export heap.rgd -o all.sqlite 2>/dev/null; then continue; fi ;;
    *" -- "*) if [ -z "$PYTHON" ] || [ -n "$SANITIZED_PYTHON" ]; then continue; fi ;;
  esac
  ok "$example" works "$example" </dev/null
done <examples
ok "the example of the library's manual compiles" example_of_c_compiles

plan
