refgraph leaks list-2.rgd --baseline nowhere.txt
