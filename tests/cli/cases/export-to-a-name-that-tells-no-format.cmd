refgraph export heap.rgd -o heap.xml
