refgraph why heap.rgd closure:on_click
