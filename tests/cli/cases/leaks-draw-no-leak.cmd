refgraph leaks list-4.rgd -o leak.svg >text && ls leak.svg
