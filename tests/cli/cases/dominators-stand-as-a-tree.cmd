refgraph dominators heap.rgd
