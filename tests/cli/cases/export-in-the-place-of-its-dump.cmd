cp list-2.rgd k.rgd; refgraph export k.rgd -o k.rgd --format json; echo $?; refgraph verify k.rgd
