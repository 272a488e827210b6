refgraph diff cut.rgd heap.rgd --by type --limit 1
