refgraph cycles heap.rgd garbage --json
