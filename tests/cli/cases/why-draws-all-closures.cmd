refgraph why heap.rgd --closures
