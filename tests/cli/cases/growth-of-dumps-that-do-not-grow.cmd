refgraph growth list-4.rgd list-2.rgd list-6.rgd
