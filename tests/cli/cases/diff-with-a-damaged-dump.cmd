refgraph diff heap.rgd damaged.rgd
