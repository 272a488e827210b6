refgraph draw heap.rgd type:list --too-many 1 --max-nodes 3
