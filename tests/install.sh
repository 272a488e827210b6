#!/bin/sh
# make install puts everything where C and Python programs find it, and make uninstall takes all of it away.
# Below a folder of its own, with DESTDIR; run by make check-install.

set -u
. "${srcdir:?}/tests/tap.sh"

unset MAKEFLAGS MFLAGS PYTHONPATH LD_LIBRARY_PATH
PYTHONDONTWRITEBYTECODE=1
DESTDIR=$(mktemp -d)
folder=$(mktemp -d)
trap 'rm -rf "$DESTDIR" "$folder"' EXIT
export PYTHONDONTWRITEBYTECODE DESTDIR

REFGRAPH_RENDER=$DESTDIR${pkglibexecdir:?}/refgraph-render
export REFGRAPH_RENDER

installs() {
  $MAKE install >"$folder/install.out" 2>&1
  status=$?
  cat "$folder/install.out"
  return "$status"
}

says_where() {
  grep -F "PYTHONPATH=${pythondir:?}" "$folder/install.out"
}

c_program_runs() {
  cat >"$folder/program.c" <<'C'
#include <refgraph.h>

int main(void)
{
  rg_format format;
  rg_error *error = rg_format_of("closure.png", &format);
  rg_error_destroy(error);
  return error || format != RG_FORMAT_PNG;
}
C
  flags=$(PKG_CONFIG_PATH=$DESTDIR${libdir:?}/pkgconfig PKG_CONFIG_SYSROOT_DIR=$DESTDIR \
    $PKG_CONFIG --cflags --libs refgraph) || return
  # shellcheck disable=SC2086 # lists of words
  $CC "$folder/program.c" $flags $SANITIZER_CFLAGS -o "$folder/program" &&
    LD_LIBRARY_PATH=$DESTDIR$libdir "$folder/program"
}

command_runs() {
  LD_LIBRARY_PATH=$DESTDIR${libdir:?} "$DESTDIR${bindir:?}/refgraph" version
}

python_draws() (
  cd "$folder" && PYTHONPATH=$DESTDIR$pythondir "$1" - <<'PYTHON'
import os
import refgraph


def captures():
    screen = [1, 2, 3]
    return lambda: screen


assert refgraph.__file__.startswith(os.environ["DESTDIR"]), refgraph.__file__
refgraph.show_refs([captures()], filename="refs.svg")
with open("refs.svg", encoding="utf-8") as picture:
    assert "screen" in picture.read()
os.remove("refs.svg")
PYTHON
)

# Debian's interpreters look for what is installed below /usr/local in dist-packages.
debian_finds_it() {
  version=$("$1" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
  [ "$(cat "$DESTDIR/usr/local/lib/$version/dist-packages/refgraph.pth")" = "$pythondir" ]
}

uninstalls() {
  $MAKE uninstall && left=$(find "$DESTDIR" ! -type d) && echo "left: $left" && [ -z "$left" ]
}

ok "make install" installs
ok "a C program is compiled with pkg-config, and runs" c_program_runs
ok "the command line runs" command_runs
if [ -s pythons.list ]; then
  ok "make install says where other interpreters find the package" says_where
  # shellcheck disable=SC2013 # no spaces in there
  for python in $(cut -f 4 pythons.list); do
    ok "$python imports the package and draws" python_draws "$python"
  done
fi
debian_python=$(cut -f 4 pythons.list | grep '^/usr/bin/python3' | tail -n 1)
if [ "${prefix:?}" = /usr/local ] && [ -n "$debian_python" ] && [ -e /etc/debian_version ]; then
  ok "a Python of Debian's finds the package by itself" debian_finds_it "$debian_python"
else
  skip "a Python of Debian's finds the package by itself" "needs --prefix=/usr/local and a Python of Debian's"
fi
ok "make uninstall leaves no file" uninstalls

plan
