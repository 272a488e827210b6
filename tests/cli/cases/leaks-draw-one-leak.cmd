refgraph leaks list-2.rgd list-4.rgd list-6.rgd -o leak.dot >text && cat leak.dot
