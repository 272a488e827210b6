refgraph leaks list-2.rgd list-4.rgd list-6.rgd --fail-on-leak | head -2; refgraph leaks list-2.rgd list-4.rgd list-6.rgd --fail-on-leak >text
