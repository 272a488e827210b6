refgraph export heap.rgd -o heap --format xml
