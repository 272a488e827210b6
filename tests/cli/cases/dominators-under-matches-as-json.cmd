refgraph dominators heap.rgd type:list --limit 2 --json
