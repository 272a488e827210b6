refgraph info heap.rgd
