refgraph diff heap.rgd
