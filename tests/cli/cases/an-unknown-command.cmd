refgraph tpyes heap.rgd
