refgraph closures heap.rgd
