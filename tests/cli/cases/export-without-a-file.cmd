refgraph export heap.rgd
