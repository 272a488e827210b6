import desk
import refgraph

print(refgraph.leaks(step=desk.one_request))
