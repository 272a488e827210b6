refgraph leaks pair-2.rgd pair-4.rgd pair-6.rgd -o pair.svg >text && ls pair*.svg
