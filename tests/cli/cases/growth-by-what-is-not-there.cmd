refgraph growth heap.rgd heap.rgd --by name
