refgraph why heap.rgd type:bytearray --disjoint --json
