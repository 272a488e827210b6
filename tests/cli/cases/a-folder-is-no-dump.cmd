refgraph types .
