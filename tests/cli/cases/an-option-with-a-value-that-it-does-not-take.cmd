refgraph info heap.rgd --json=yes
