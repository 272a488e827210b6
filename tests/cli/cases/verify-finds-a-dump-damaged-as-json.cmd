refgraph verify --json damaged.rgd 2>/dev/null
