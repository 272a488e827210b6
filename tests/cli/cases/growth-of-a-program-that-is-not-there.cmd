mkdir rounds; TMPDIR=$PWD/rounds refgraph growth -- ./nowhere; echo "exit $?"; ls -A rounds; rmdir rounds
