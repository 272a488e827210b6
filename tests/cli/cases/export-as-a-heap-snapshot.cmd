refgraph export heap.rgd -o heap.heapsnapshot && sed 1d heap.heapsnapshot
