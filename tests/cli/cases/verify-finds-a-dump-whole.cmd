refgraph verify heap.rgd
