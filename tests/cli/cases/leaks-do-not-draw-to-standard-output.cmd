refgraph leaks list-4.rgd -o -
