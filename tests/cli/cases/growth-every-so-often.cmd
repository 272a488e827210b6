refgraph growth --every soon -- true
