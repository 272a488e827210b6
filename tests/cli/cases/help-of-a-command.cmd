refgraph help info >help.txt; refgraph info --help | cmp - help.txt && cat help.txt
