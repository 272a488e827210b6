refgraph types many.rgd | tail -n 3
