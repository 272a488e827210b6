refgraph types heap.rgd --json --limit 2
