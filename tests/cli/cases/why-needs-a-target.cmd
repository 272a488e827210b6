refgraph why heap.rgd
