refgraph types heap.rgd type:nope
