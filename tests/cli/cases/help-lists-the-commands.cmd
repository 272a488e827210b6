refgraph help
