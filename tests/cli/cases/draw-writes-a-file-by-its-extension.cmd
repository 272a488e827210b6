refgraph draw heap.rgd type:int -o refs.png && head -c 4 refs.png | tail -c 3 && ! ls -A | grep "^\.refgraph"
