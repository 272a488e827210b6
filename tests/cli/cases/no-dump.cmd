refgraph types
