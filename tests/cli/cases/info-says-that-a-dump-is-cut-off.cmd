refgraph info cut.rgd
