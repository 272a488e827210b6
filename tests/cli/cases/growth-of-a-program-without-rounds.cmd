mkdir rounds; TMPDIR=$PWD/rounds refgraph growth -- true; echo "exit $?"; ls -A rounds; rmdir rounds
