refgraph why heap.rgd id:7 --json
