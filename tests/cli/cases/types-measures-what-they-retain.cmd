refgraph types heap.rgd --retained
