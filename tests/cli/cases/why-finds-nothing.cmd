refgraph why heap.rgd closure:nope
