refgraph why many.rgd closure --limit 1
