refgraph draw heap.rgd type:int --max-dept 4
