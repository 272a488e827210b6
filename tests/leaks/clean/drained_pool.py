"""A thread pool that is given partials and closures, and drained: it lives on, while its queue is empty and each future
goes when its result is read."""

import concurrent.futures
import functools

pool = concurrent.futures.ThreadPoolExecutor(1)


class Upload:
    def __init__(self, size):
        self.content = bytearray(size)
        self.done = False


def send(upload, retries):
    return len(upload.content) + retries


def step():
    uploads = [Upload(20_000) for _ in range(4)]
    futures = [pool.submit(functools.partial(send, upload, retries=3)) for upload in uploads]
    for future, upload in zip(futures, uploads):
        future.add_done_callback(lambda future, upload=upload: setattr(upload, "done", True))
    concurrent.futures.wait(futures)
    pool.submit(int).result()
