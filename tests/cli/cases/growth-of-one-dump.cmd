refgraph growth heap.rgd
