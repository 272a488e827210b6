printf '# old\nclosure\n' >bad.txt && refgraph leaks list-2.rgd list-4.rgd list-6.rgd --baseline bad.txt
