refgraph info heap.rgd --max-depth 4
