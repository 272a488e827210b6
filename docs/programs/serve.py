import desk
import refgraph

for _ in range(100):
    desk.one_request()
    refgraph.round()
