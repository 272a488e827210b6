refgraph version | sed "s/[0-9.]*$/X/"; refgraph --version | sed "s/[0-9.]*$/X/"
