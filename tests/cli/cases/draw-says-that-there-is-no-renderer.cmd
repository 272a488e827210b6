REFGRAPH_RENDER=/nowhere refgraph draw heap.rgd type:int -o refs.svg; s=$?; ls refs.svg 2>/dev/null; exit $s
