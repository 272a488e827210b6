refgraph export list-2.rgd list-4.rgd -o "list-%d.csv" && ls list-*.csv
