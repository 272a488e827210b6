refgraph diff list-2.rgd list-6.rgd
