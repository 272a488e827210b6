refgraph info - <heap.rgd | head -n 1
