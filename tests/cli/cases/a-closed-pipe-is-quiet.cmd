{ sleep 0.2; refgraph help --json; echo $? >status; } | true; cat status
