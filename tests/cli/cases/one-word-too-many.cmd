refgraph info heap.rgd heap.rgd
