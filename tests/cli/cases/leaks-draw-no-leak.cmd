refgraph leaks list-4.rgd -o leak.svg >text && [ ! -e leak.svg ]
