refgraph why heap.rgd --closures --all
