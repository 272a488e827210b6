refgraph draw heap.rgd type:int -o nowhere/refs.svg
