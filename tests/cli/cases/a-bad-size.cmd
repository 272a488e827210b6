refgraph info heap.rgd --max-memory lots
