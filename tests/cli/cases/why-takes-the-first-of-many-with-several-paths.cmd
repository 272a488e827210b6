refgraph why many.rgd closure --max-paths 2 >/dev/null
