refgraph export heap.rgd -o - --format heapsnapshot | head -c 20
