refgraph verify --json cut.rgd
