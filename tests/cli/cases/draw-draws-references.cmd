refgraph draw heap.rgd closure:on_click
