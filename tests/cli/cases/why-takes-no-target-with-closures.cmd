refgraph why heap.rgd closure --closures
