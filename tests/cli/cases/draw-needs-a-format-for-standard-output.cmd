refgraph draw heap.rgd type:int -o -
