#!/bin/sh
# bootstrap's own behaviour, with commands that only pretend: nothing is installed, configured or built here.

set -u
. "${srcdir:?}/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$srcdir/bootstrap" "$folder"

# A machine that has none of the packages, and where every command that would change something ends the run.
mkdir "$folder/bin"
pretend() {
  printf '#!/bin/sh\n%s\n' "$2" >"$folder/bin/$1"
  chmod +x "$folder/bin/$1"
}
pretend dpkg-query 'exit 1'
pretend apt-cache 'exit 0'
pretend apt-get 'exit 17'
pretend sudo 'exit 17'
pretend autoreconf 'exit 18'

# Runs bootstrap with a list of words and compares the exit status with the first.
exits_with() {
  expected=$1
  shift
  PATH=$folder/bin:$PATH "$folder/bootstrap" "$@" >"$folder/out" 2>&1
  status=$?
  cat "$folder/out"
  [ "$status" -eq "$expected" ]
}

prints_usage() {
  exits_with 2 "$@" && grep -q '^usage: ./bootstrap' "$folder/out"
}

stops_at_apt() {
  exits_with 17 demo && grep -q '^+ .*apt-get update$' "$folder/out"
}

goes_on_without_apt() {
  exits_with 18 --no-apt demo && grep -q '^missing: apt-get install .*libgraphviz-dev' "$folder/out" &&
    grep -q '^+ autoreconf -fi$' "$folder/out"
}

counts_what_stopped_it() {
  exits_with 1 --no-apt check && [ "$(tail -n 1 "$folder/out")" = '0 passed, 1 failed' ]
}

passes_shellcheck() {
  (cd "$srcdir" && shellcheck -x bootstrap .ci/run build-aux/find-pythons build-aux/python-* tests/run-criterion \
    tests/bootstrap.sh tests/examples.sh tests/headers.sh tests/install.sh tests/layering.sh \
    tests/pythons.sh tests/tap.sh)
}

ok "no argument prints the usage" prints_usage
ok "an unknown argument prints the usage" prints_usage demonstrate
ok "two commands print the usage" prints_usage demo check
ok "apt-get is shown before it runs, and its failure stops the run" stops_at_apt
ok "--no-apt prints what is missing and goes on" goes_on_without_apt
ok "check counts a step that failed as one failed" counts_what_stopped_it
if command -v shellcheck >/dev/null; then
  ok "the scripts pass shellcheck" passes_shellcheck
else
  skip "the scripts pass shellcheck" "no shellcheck"
fi

plan
