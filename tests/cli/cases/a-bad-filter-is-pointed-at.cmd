refgraph types heap.rgd type:Screen siez:1k..
