#!/bin/sh
# How configure finds interpreters, and what it makes of them. Pretended interpreters are a real one that is told a lie.

set -u
. "${srcdir:?}/tests/tap.sh"

find_pythons=$(cd "$srcdir" && pwd)/build-aux/find-pythons
python_rules=$(cd "$srcdir" && pwd)/build-aux/python-rules

if [ -z "$PYTHON" ]; then
  skip_all "no Python"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PATH=$folder/bin:$PATH
HOME=$folder
export PATH HOME
unset PYENV_ROOT

# An interpreter in FOLDER that takes REAL for LIE in the question that it is asked: pretend FOLDER/NAME REAL LIE
pretend() {
  mkdir -p "$(dirname "$1")"
  printf "#!/bin/sh\nsed 's|%s|%s|' | exec '%s' \"\$@\"\n" "$2" "$3" "$PYTHON" >"$1"
  chmod +x "$1"
}

path='os.path.realpath(sys.executable)'
mkdir "$folder/bin"
ln -s "$PYTHON" "$folder/bin/python3"
pretend "$folder/bin/python3.9" 'version = .*' 'version = (3, 9); sys.executable = "/fake/python3.9"'
pretend "$folder/bin/python3.16" 'version = .*' 'version = (3, 16); sys.executable = "/fake/python3.16"'
pretend "$folder/bin/python3.14" 'version = .*' \
  'version = (3, 14); sys.version_info = (3, 14, 4, "final", 0); sys.executable = "/fake/python3.14"'
pretend "$folder/bin/python3.13t" 'sysconfig.get_config_var("Py_GIL_DISABLED")' \
  'setattr(sys, "executable", "/fake/python3.13t") is None'
pretend "$folder/.pyenv/versions/3.12.99/bin/python3" "$path" '"/fake/versions/python3.12"'
printf '#!/bin/sh\necho "pyenv: version not installed" >&2; exit 127\n' >"$folder/bin/python3.10"
chmod +x "$folder/bin/python3.10"

found=$folder/found
left_out=$folder/left-out
"$find_pythons" auto >"$found" 2>"$left_out"
cat "$found" "$left_out" >&2

ok "an interpreter in PATH is found" grep -q "$PYTHON\$" "$found"
ok "an interpreter among pyenv's versions is found" grep -q '/fake/versions/python3.12$' "$found"
ok "an older version is left out, and named" grep -q '/fake/python3.9 .*is older than' "$left_out"
ok "a newer version is left out, and named" grep -q '/fake/python3.16 .*is newer than' "$left_out"
ok "a release with another collector is left out, and named" grep -q '/fake/python3.14 .*incremental' "$left_out"
ok "a free-threaded build is left out, and named" grep -q '/fake/python3.13t .*is a free-threaded build' "$left_out"

lists_no_shim() {
  ! cat "$found" "$left_out" | grep "$folder/bin/python3.10"
}
ok "a shim that answers with an error is not mentioned" lists_no_shim

refuses() {
  ! "$find_pythons" "$@" && ! "$find_pythons" "$PYTHON" "$@"
}
ok "one that was asked for must be usable" refuses "$folder/bin/python3.10"
ok "one that was asked for must be of a supported version" refuses "$folder/bin/python3.9"

printf '%s\t%s\t%s\t%s\n' >"$folder/pythons.list" \
  3.11.2 .cpython-311-x86_64-linux-gnu.so /usr/include/python3.11 /usr/bin/python3.11 \
  3.11.7 .cpython-311-x86_64-linux-gnu.so - /opt/a/bin/python3.11 \
  3.11.7 .cpython-311-x86_64-linux-gnu.so /opt/b/include/python3.11 /opt/b/bin/python3.11 \
  3.12.1 .cpython-312-x86_64-linux-gnu.so /opt/c/include/python3.12 /opt/c/bin/python3.12
"$python_rules" <"$folder/pythons.list" >"$folder/rules"
cat "$folder/rules" >&2

count() {
  [ "$(grep -c "$2" "$folder/rules")" -eq "$1" ]
}
ok "interpreters with one SOABI share one extension" count 2 '^bindings/python/refgraph/_refgraph\..*\.so:'
ok "a shared extension is built with the newest headers" count 1 'PYTHON_INCLUDE = /opt/b/include/python3.11$'
ok "every interpreter is tested, in parts" count 32 'TESTED_PYTHON = '
ok "two of the same version are told apart" count 1 '^tests/python-3.11.7-2.1.sh: TESTED_PYTHON = /opt/b/bin/python3.11$'

plan
