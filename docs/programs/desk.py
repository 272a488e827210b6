"""A trading desk: each request trades in a session, and wants to know of new rates meanwhile."""

from event_bus import bus


class Session:
    def __init__(self, currency):
        self.currency = currency
        self.history = bytearray(50_000)
        self.closed = False

    def close(self):
        self.closed = True


def trade(session):
    def on_rate(currency, rate):
        if currency == session.currency:
            print("the rate is", rate)

    bus.on("rate", on_rate)


def one_request():
    session = Session("EUR")
    trade(session)
    session.close()
