refgraph draw heap.rgd type:list --refs --backrefs
