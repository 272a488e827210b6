refgraph closures heap.rgd --json
