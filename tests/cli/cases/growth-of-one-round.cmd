refgraph growth --rounds 1 -- true
