refgraph growth python3 app.py
