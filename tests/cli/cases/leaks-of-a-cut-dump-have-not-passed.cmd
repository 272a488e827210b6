refgraph leaks cut.rgd --fail-on-leak
