refgraph draw heap.rgd type:int --backrefs --max-depth 1
