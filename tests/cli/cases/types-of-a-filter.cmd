refgraph types heap.rgd size:100..1k not type:type
