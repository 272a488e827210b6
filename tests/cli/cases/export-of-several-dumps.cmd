refgraph export list-2.rgd list-4.rgd list-6.rgd -o "list-%d.heapsnapshot" && ls list-*.heapsnapshot && rm list-*.heapsnapshot
