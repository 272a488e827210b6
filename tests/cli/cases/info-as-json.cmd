refgraph info heap.rgd --json
