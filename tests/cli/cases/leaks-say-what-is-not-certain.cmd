refgraph leaks list-6.rgd cut.rgd list-2.rgd
