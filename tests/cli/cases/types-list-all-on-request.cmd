refgraph types many.rgd --limit 0 | tail -n 3
