refgraph verify cut.rgd
