refgraph types heap.rgd
