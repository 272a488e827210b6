refgraph why heap.rgd type:bytearray --cut -o x.svg
