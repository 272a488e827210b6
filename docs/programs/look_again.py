import mended
import refgraph

print(refgraph.leaks(step=mended.one_request))
