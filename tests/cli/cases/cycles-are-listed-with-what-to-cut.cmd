refgraph cycles heap.rgd
