refgraph export heap.rgd -o heap.json && cat heap.json
