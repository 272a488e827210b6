#!/bin/sh
# refgraph run: the program is what it would be without, and is dumped at its end, at its exception, and on a signal.
# The sitecustomize that was there before writes what would be dumped in place of refgraph.dump().

set -u
. "${srcdir:?}/tests/tap.sh"

if [ -z "$PYTHON" ] || [ -n "$SANITIZED_PYTHON" ]; then
  skip_all "needs a Python without sanitizers"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit
mkdir site
cat >site/sitecustomize.py <<'PYTHON'
import refgraph, sys

def dump(path):
    frames, traceback = [], getattr(sys, "last_traceback", None)
    while traceback:
        frames.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    with open(path, "w") as file:
        print(sorted(name for name in vars(sys.modules["__main__"]) if not name.startswith("_")), frames, file=file)

refgraph.dump = dump
PYTHON
cat >app.py <<'PYTHON'
import atexit, os, signal, subprocess, sys

listeners = []

def fail():
    raise ValueError(listeners)

print(sys.argv[1:], any("_run" in folder for folder in sys.path), [name for name in os.environ if "REFGRAPH_RUN" in name])
if "fail" in sys.argv:
    fail()
if "signal" in sys.argv:
    os.kill(os.getpid(), signal.SIGUSR2)
    os.kill(os.getpid(), signal.SIGUSR2)
if "child" in sys.argv:
    subprocess.run([sys.executable, "-c", "import sys; print('atexit' in vars(sys.modules['__main__']), sys.excepthook)"])
    if os.fork() == 0:
        sys.exit(0)
    os.wait()
if "chdir" in sys.argv:
    os.chdir("/")
sys.exit(7 if "seven" in sys.argv else 0)
PYTHON
cat >leak.py <<'PYTHON'
listeners = []

def make():
    rows = list(range(1000))
    return lambda: rows

def fail():
    held = make()
    raise ValueError

listeners.append(make())
fail()
PYTHON

# With refgraph.dump() itself, before anything is put in its place.
dumps_what_the_program_holds() {
  refgraph run --dump leak.rgd -- "$PYTHON" leak.py 2>err
  cat err
  refgraph why leak.rgd closure:make.lambda site:leak.py >out || return
  cat out
  grep -F "listeners → list" out && grep -F "held → make.<locals>.<lambda>" out && grep -F "last_traceback" out
}

ok "a dump holds variables, and frames of the exception that ended the program" dumps_what_the_program_holds

PYTHONPATH="$folder/site:$PYTHONPATH"
export PYTHONPATH

run() {
  rm -f ./*.rgd
  refgraph run --dump heap.rgd -- "$PYTHON" app.py "$@" >out 2>err
  status=$?
  cat out err
}

dumps_at_the_end() {
  run a && grep -F "['a'] False []" out && grep -F "'listeners'" heap.rgd && grep -F "wrote $folder/heap.rgd" err
}

keeps_the_status() {
  run seven
  [ "$status" -eq 7 ]
}

dumps_the_frames_of_an_exception() {
  run fail
  [ "$status" -eq 1 ] && grep -F "ValueError" err && grep -F "'fail'" heap.rgd && [ "$(grep -c wrote err)" -eq 1 ]
}

dumps_on_a_signal() {
  run signal && [ -e heap-1.rgd ] && [ -e heap-2.rgd ] && [ -e heap.rgd ]
}

leaves_children_alone() {
  run child && grep -F "False <built-in function excepthook>" out && [ "$(grep -c wrote err)" -eq 1 ]
}

dumps_the_first_python_only() {
  refgraph run --dump heap.rgd -- sh -c "'$PYTHON' -c 'first = 1'; '$PYTHON' -c 'second = 2'" 2>err
  cat err heap.rgd && grep -F "'first'" heap.rgd && [ "$(grep -c wrote err)" -eq 1 ]
}

says_nothing_where_another_file_is() {
  refgraph run --dump heap.rgd -- "$PYTHON" -c \
    'import os; os.close(2); file = open("data.txt", "w"); file.write("data"); file.flush()'
  [ "$(cat data.txt)" = data ] && [ -e heap.rgd ]
}

dumps_where_it_was_started() {
  run chdir && [ -e heap.rgd ]
}

names_the_dump_after_the_process() {
  rm -f ./*.rgd
  refgraph run -- "$PYTHON" -c pass && ls refgraph-[0-9]*.rgd
}

lets_signals_alone() {
  refgraph run --signal none --dump heap.rgd -- "$PYTHON" -c \
    'import signal; print(signal.getsignal(signal.SIGUSR2) == signal.SIG_DFL)' 2>err | grep True
}

goes_on_when_it_cannot_dump() {
  refgraph run --dump nowhere/heap.rgd -- "$PYTHON" -c 'import sys; sys.exit(7)' 2>err
  [ $? -eq 7 ] && cat err && grep "cannot dump: " err
}

refuses_a_python_that_cannot_import_refgraph() {
  mkdir -p broken/refgraph/_run && cp "$1"/refgraph/_run/sitecustomize.py broken/refgraph/_run &&
    touch broken/refgraph/__init__.py || return
  PYTHONPATH='' REFGRAPH_PYTHON=$folder/broken refgraph run -- "$PYTHON" -c 'print("ran")' >out 2>err
  [ $? -eq 4 ] && cat out err && grep "refgraph: cannot watch" err && [ ! -s out ]
}

says_that_there_is_no_such_command() {
  refgraph run -- no-such-command
  [ $? -eq 127 ]
}

ok "a program is dumped at its end, and sees nothing of it" dumps_at_the_end
ok "the exit status is the program's" keeps_the_status
ok "an exception is dumped with its frames, once" dumps_the_frames_of_an_exception
ok "each signal is dumped into a file of its own" dumps_on_a_signal
ok "children are not dumped" leaves_children_alone
ok "of several Pythons the first one is dumped" dumps_the_first_python_only
ok "nothing is written to a file that took the place of the standard error" says_nothing_where_another_file_is
ok "the dump lies where the program was started" dumps_where_it_was_started
ok "without a name the dump is named after the process" names_the_dump_after_the_process
ok "no signal is taken if none is wanted" lets_signals_alone
ok "a dump that fails changes nothing for the program" goes_on_when_it_cannot_dump
ok "a Python that cannot import refgraph does not run the program" refuses_a_python_that_cannot_import_refgraph \
  "$REFGRAPH_PYTHON"
ok "a command that is not there is 127" says_that_there_is_no_such_command

plan
