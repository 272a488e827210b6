#!/bin/sh
# The corpus of programs that leak, and that do not, is what it says of itself; no report is asked.

set -u

if [ -z "$PYTHON" ] || [ -n "$SANITIZED_PYTHON" ]; then
  echo "1..0 # SKIP needs a Python without sanitizers"
  exit
fi
exec "$PYTHON" "${srcdir:?}/tests/leaks/check.py"
