refgraph leaks list-2.rgd list-4.rgd list-6.rgd --write-baseline accepted.txt >text && cat accepted.txt && refgraph leaks list-2.rgd list-4.rgd list-6.rgd --baseline accepted.txt --fail-on-leak
