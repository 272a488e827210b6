"""A partial as the callback of a thread pool's future: a future keeps its callbacks when it is done, too, and the
uploader keeps its futures to count them. Each partial has bound the upload that it was to mark as done."""

import concurrent.futures
import functools
import threading


class Upload:
    def __init__(self, size):
        self.content = bytearray(size)
        self.done = False


class Uploader:
    def __init__(self):
        self.futures = []
        self.num_done = 0

    def send(self, pool, upload, is_ready):
        future = pool.submit(is_ready.wait)
        future.add_done_callback(functools.partial(self.finish, upload))
        self.futures.append(future)

    def finish(self, upload, future):  # leaks here
        upload.done = True
        self.num_done += 1


class ForgettingUploader(Uploader):
    def finish(self, upload, future):
        super().finish(upload, future)
        self.futures.remove(future)


class ReleasingUploader(Uploader):
    def finish(self, upload, future):
        super().finish(upload, future)
        upload.content = None


uploader, forgetting_uploader, releasing_uploader = Uploader(), ForgettingUploader(), ReleasingUploader()


def step(uploader=uploader):
    is_ready = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        uploader.send(pool, Upload(64_000), is_ready)
        is_ready.set()


SINGLE = True
LEAK = dict(
    site="Uploader.finish",
    variable="upload",
    holder="concurrent.futures.Future",
    mends={"lifetime": lambda: step(forgetting_uploader), "release": lambda: step(releasing_uploader)},
)
