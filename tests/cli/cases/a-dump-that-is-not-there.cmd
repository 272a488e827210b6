refgraph types nowhere.rgd
