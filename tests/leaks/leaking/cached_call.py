"""A bound method as the argument of a cached function: it is equal to no method of another object, so that functools'
cache has one more entry for each upload, and keeps the upload by the method in the key."""

import functools


@functools.lru_cache(maxsize=None)
def checksum(read):
    return sum(read()) % 65_521


class Upload:
    def __init__(self, size):
        self.content = bytearray(size)

    def read(self):  # leaks here
        return self.content

    def finish(self):
        pass


class ForgettingUpload(Upload):
    def finish(self):
        checksum.cache_clear()


class ReleasingUpload(Upload):
    def finish(self):
        self.content = None


def step(upload_type=Upload):
    upload = upload_type(30_000)
    checksum(upload.read)
    upload.finish()


LEAK = dict(
    site="Upload.read",
    variable="self",
    holder="functools.lru_cache",
    mends={"lifetime": lambda: step(ForgettingUpload), "release": lambda: step(ReleasingUpload)},
)
