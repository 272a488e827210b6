refgraph types heap.rgd type:Screen --retained --json
