# TAP for the scripts here, which read it: each `ok NAME COMMAND...` is one test; `plan` ends them.
# shellcheck shell=sh

num_tests=0

# Prints whether COMMAND succeeds. What it prints goes to the log.
ok() {
  name=$1
  shift
  num_tests=$((num_tests + 1))
  if "$@" >&2; then
    echo "ok $num_tests - $name"
  else
    echo "not ok $num_tests - $name"
  fi
}

skip() {
  num_tests=$((num_tests + 1))
  echo "ok $num_tests - $1 # SKIP $2"
}

# Ends a script of which nothing can run here.
skip_all() {
  echo "1..0 # SKIP $1"
  exit
}

plan() {
  echo "1..$num_tests"
}
