refgraph diff heap.rgd heap.rgd
