refgraph types "$(printf "\033[2J\302\233\r.rgd")"
