refgraph types heap.rgd >/dev/full
