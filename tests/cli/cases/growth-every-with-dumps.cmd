refgraph growth heap.rgd heap.rgd --every 1s
