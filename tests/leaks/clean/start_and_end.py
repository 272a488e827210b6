"""What a program sets up once when it starts: a signal handler that captures its state, a function for the end of the
process, and a hook around the one that was there. The process holds all of them, on purpose."""

import atexit
import signal
import sys


class Application:
    def __init__(self):
        self.requests = bytearray(64_000)
        self.is_stopping = False

    def start(self):
        def on_window_change(number, frame):
            self.requests.reverse()

        def on_error(kind, error, traceback):
            self.stop()
            previous(kind, error, traceback)

        previous = sys.excepthook
        sys.excepthook = on_error
        signal.signal(signal.SIGWINCH, on_window_change)
        atexit.register(self.stop)

    def stop(self):
        self.is_stopping = True

    def serve(self, request):
        self.requests[0] = len(request) % 256


application = Application()
application.start()


def step():
    application.serve(bytearray(50_000))
    signal.raise_signal(signal.SIGWINCH)
