refgraph export heap.rgd -o - --format csv
