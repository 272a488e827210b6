#!/bin/sh
# Replays what fuzzers found worth keeping, and what they broke once.

exec tests/fuzz/replay "${srcdir:?}/tests/fuzz"
