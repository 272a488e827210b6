mkdir kept; cp heap.rgd kept/round-1.rgd; refgraph growth --keep kept -- true
