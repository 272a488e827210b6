refgraph draw heap.rgd type:int --max-nodes=0
