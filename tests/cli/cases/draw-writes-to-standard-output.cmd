refgraph draw heap.rgd type:int -o - --format svg | head -c 5
