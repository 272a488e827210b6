refgraph verify /dev/null
