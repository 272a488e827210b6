refgraph export heap.rgd -o - --format sqlite
