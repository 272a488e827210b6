refgraph types heap.rgd -- --json
