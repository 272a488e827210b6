refgraph why many.rgd closure >/dev/null
