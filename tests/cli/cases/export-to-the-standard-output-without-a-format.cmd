refgraph export heap.rgd -o -
