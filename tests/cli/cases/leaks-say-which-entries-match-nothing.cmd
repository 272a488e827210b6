printf '# old\n0123456789abcdef lambda gone ui.py:3\n' >old.txt && refgraph leaks list-2.rgd list-4.rgd list-6.rgd --baseline old.txt --fail-on-leak | tail -2
