refgraph export damaged.rgd -o damaged.heapsnapshot; echo $?; ls damaged.heapsnapshot
