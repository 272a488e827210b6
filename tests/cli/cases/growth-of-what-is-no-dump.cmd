echo text >app.txt; refgraph growth heap.rgd app.txt
