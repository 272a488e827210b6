refgraph verify damaged.rgd
