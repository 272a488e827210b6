#!/bin/sh
# bootstrap's own behaviour, with commands that only pretend: nothing is installed, configured or built here.

set -u
. "${srcdir:?}/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/build-aux"
cp "$srcdir/bootstrap" "$folder"
cp "$srcdir/build-aux/find-pythons" "$folder/build-aux"

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

# A distribution with a Python that is too new, and Graphviz in pieces.
adds_what_a_newer_distribution_needs() {
  # shellcheck disable=SC2016 # the commands of another script
  pretend apt-cache 'case "$*" in
    "depends python3-dev") printf "python3-dev\n  Depends: python3\n  Depends: python3.16-dev\n" ;;
    *neato*) echo "libgvplugin-neato-layout8 - Graphviz" ;;
    *python3*15-dev*) echo "python3.15-dev - headers" ;;
  esac'
  exits_with 18 --no-apt demo
  added=$?
  pretend apt-cache 'exit 0'
  [ "$added" -eq 0 ] && grep -q '^missing: .* libgvplugin-neato-layout8 python3.15-dev$' "$folder/out"
}

counts_what_stopped_it() {
  exits_with 1 --no-apt check && [ "$(tail -n 1 "$folder/out")" = '0 passed, 1 failed' ]
}

passes_shellcheck() {
  (cd "$srcdir" && shellcheck -x bootstrap .ci/run build-aux/find-pythons build-aux/python-* completion/refgraph \
    tests/gate tests/lint tests/matrix tests/run-criterion tests/*.sh)
}

ok "no argument prints the usage" prints_usage
ok "an unknown argument prints the usage" prints_usage demonstrate
ok "two commands print the usage" prints_usage demo check
ok "apt-get is shown before it runs, and its failure stops the run" stops_at_apt
ok "--no-apt prints what is missing and goes on" goes_on_without_apt
ok "a newer distribution needs an older Python and a plugin more" adds_what_a_newer_distribution_needs
ok "check counts a step that failed as one failed" counts_what_stopped_it
if command -v shellcheck >/dev/null; then
  ok "the scripts pass shellcheck" passes_shellcheck
else
  skip "the scripts pass shellcheck" "no shellcheck"
fi

plan
