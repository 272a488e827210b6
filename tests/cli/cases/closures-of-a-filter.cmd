refgraph closures heap.rgd site:deco.py
