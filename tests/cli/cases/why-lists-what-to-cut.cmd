refgraph why heap.rgd type:bytearray --cut
