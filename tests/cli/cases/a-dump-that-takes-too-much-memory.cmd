refgraph types heap.rgd --max-memory 10
