refgraph export --help
