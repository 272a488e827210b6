class Job:
    def __init__(self):
        self.data = bytearray(8_000_000)

        def on_done():
            self.data.clear()

        self.on_done = on_done


job = Job()
