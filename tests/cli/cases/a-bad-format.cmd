refgraph draw heap.rgd type:int --format bmp
