refgraph why heap.rgd id:13
