refgraph leaks list-4.rgd list-4.rgd list-4.rgd --fail-on-leak
