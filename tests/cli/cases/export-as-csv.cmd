refgraph export heap.rgd -o heap.csv && cat heap.nodes.csv heap.edges.csv
