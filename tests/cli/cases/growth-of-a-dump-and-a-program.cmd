refgraph growth heap.rgd -- true
