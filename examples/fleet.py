"""Which closures grow, on which host, day by day: the closure tables of many dumps, merged.

Each process of a fleet leaves a database a day: refgraph export heap.rgd -o HOST-DAY.sqlite

    python3 fleet.py DATABASE...

prints the definition sites of which there are more copies each day. Without databases it makes some: this process
stands for two hosts on three days, and only one of the hosts has the traffic that leaks.
"""

import os
import sqlite3
import sys
import tempfile

import refgraph

GROWTH = """
    WITH days AS (
      SELECT site, file, line, host, day, sum(copies) AS copies, sum(retained) AS retained
      FROM closures GROUP BY site, file, line, host, day
    ),
    steps AS (
      SELECT *, copies - lag(copies) OVER by_day AS step FROM days
      WINDOW by_day AS (PARTITION BY site, file, line, host ORDER BY day)
    )
    SELECT site, file, line, host, group_concat(copies, ', '), max(retained) - min(retained)
    FROM (SELECT * FROM steps ORDER BY day)
    GROUP BY site, file, line, host HAVING count(step) > 0 AND min(step) > 0
    ORDER BY 6 DESC
"""


def merge(paths):
    merged = sqlite3.connect(":memory:")
    merged.execute("CREATE TABLE closures (host, day, site, file, line, copies, retained)")
    for path in paths:
        merged.execute("ATTACH ? AS other", (path,))
        merged.execute(
            "INSERT INTO closures SELECT host, date(time), site, file, line, copies, retained FROM other.by_site"
        )
        merged.commit()
        merged.execute("DETACH other")
    return merged


class Service:
    def __init__(self):
        self.listeners = []
        self.answered = []

    def subscribe(self, number):
        session = {"number": number, "buffer": bytearray(10_000)}
        self.listeners.append(lambda event: session)

    def answer(self, number):
        self.answered = [lambda: number]


def export_day(folder, host, day):
    """What a process of that host exports on that day; here it is always this one."""
    path = os.path.join(folder, f"{host}-{day}.sqlite")
    refgraph.capture().export(path)
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE dumps SET host = ?, time = ?", (host, f"{day} 12:00:00"))
    database.close()
    return path


def make_fleet(folder):
    service = Service()
    for host, handle in (("web-1", service.answer), ("web-2", service.subscribe)):
        for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
            for number in range(100):
                handle(number)
            yield export_day(folder, host, day)


with tempfile.TemporaryDirectory() as folder:
    try:
        paths = sys.argv[1:] or list(make_fleet(folder))
    except refgraph.UnsupportedError as error:
        print(error)
        sys.exit()
    for site, file, line, host, copies, gained in merge(paths).execute(GROWTH):
        print(f"{site}, {os.path.basename(file)}:{line}, on {host}: {copies} copies, {gained / 1e6:.1f} MB more")
