#!/bin/sh
# pip install builds and installs a wheel, without the network, for every interpreter that has pip; pip uninstall takes all
# of it away. The first of them installs from the source distribution.

set -u
. "${srcdir:?}/tests/tap.sh"

unset MAKEFLAGS MFLAGS PYTHONPATH REFGRAPH_PYTHON REFGRAPH_RENDER
sources=$(cd "$srcdir" && pwd)
pythons=$(pwd)/pythons.list
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit

makes_a_source_distribution() {
  PYTHONPATH=$sources/build-aux/pip "$1" -c 'import refgraph_build; refgraph_build.build_sdist(".")'
}

# What make dist would pack, and nothing else.
has_what_make_dist_has() (
  tar -xzf refgraph-*.tar.gz && cd refgraph-*/ && ./configure --with-pythons="$1" >/dev/null && $MAKE distdir >/dev/null &&
    find refgraph-* -type f | sort >../dist.list && tar -tzf ../refgraph-*.tar.gz | grep -v '/$' | sort | diff ../dist.list - &&
    grep -qx 'Name: refgraph' PKG-INFO
)

makes_an_environment() {
  rm -rf environment && "$1" -m venv environment && find environment -name __pycache__ -prune -exec rm -r {} + &&
    find environment | sort >before
}

# Without optimisation: five builds are many.
installs() {
  CFLAGS=-O0 PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1 environment/bin/python -m pip install "$1"
}

command_runs() {
  environment/bin/refgraph version | grep -x 'refgraph [0-9.]*' && environment/bin/python -m refgraph version
}

runs_a_program() {
  echo 'print("ran")' >program.py
  environment/bin/refgraph run --dump ran.rgd environment/bin/python program.py && environment/bin/refgraph verify ran.rgd
}

draws() {
  PYTHONDONTWRITEBYTECODE=1 environment/bin/python - <<'PYTHON'
import refgraph

screen = [1, 2, 3]
refgraph.show_refs([(lambda screen: lambda: screen)(screen)], filename="refs.svg")
with open("refs.svg", encoding="utf-8") as picture:
    assert "screen" in picture.read()
PYTHON
}

uninstalls() {
  PYTHONDONTWRITEBYTECODE=1 environment/bin/python -m pip uninstall --yes refgraph &&
    find environment -name __pycache__ -prune -exec rm -r {} + && find environment | sort | diff before -
}

check_python() {
  ok "pip of $1 installs refgraph without the network" installs "$2"
  ok "the command line that pip of $1 installed runs" command_runs
  ok "the package that pip of $1 installed draws" draws
  ok "refgraph run that pip of $1 installed finds the package" runs_a_program
  ok "pip uninstall of $1 leaves no file" uninstalls
}

if [ ! -s "$pythons" ]; then
  skip_all "needs a Python"
fi
python=$(head -n 1 "$pythons" | cut -f 4)
ok "the source distribution is made" makes_a_source_distribution "$python"
ok "the source distribution has what make dist has" has_what_make_dist_has "$python"
from=$(echo "$folder"/refgraph-*.tar.gz)
# shellcheck disable=SC2013 # no spaces in there
for python in $(cut -f 4 "$pythons"); do
  if makes_an_environment "$python" >&2; then
    check_python "$python" "$from"
    from=$sources
  else
    skip "pip of $python installs refgraph" "$python -m venv does not work (Debian: python3-venv)"
  fi
done
plan
