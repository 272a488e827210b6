refgraph diff nowhere.rgd heap.rgd
