refgraph closures many.rgd --limit 2
