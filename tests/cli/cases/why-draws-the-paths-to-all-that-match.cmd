refgraph why many.rgd closure
