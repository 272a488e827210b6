#!/bin/sh
# The corpus of programs that leak, and that do not, is what it says of itself; no report is asked.

set -u
. "${srcdir:?}/tests/tap.sh"

if [ -z "$PYTHON" ] || [ -n "$SANITIZED_PYTHON" ]; then
  skip_all "needs a Python without sanitizers"
fi
exec "$PYTHON" "$srcdir/tests/leaks/check.py"
