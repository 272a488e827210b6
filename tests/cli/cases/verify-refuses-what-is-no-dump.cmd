echo hello >hello.rgd; refgraph verify hello.rgd
