refgraph types nowhere.rgd size:x
