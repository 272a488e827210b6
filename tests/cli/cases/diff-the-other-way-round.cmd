refgraph diff list-6.rgd list-2.rgd
