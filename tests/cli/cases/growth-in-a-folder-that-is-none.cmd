refgraph growth --keep heap.rgd -- true
