"""An undo history with a bound: a function for each command, of which the oldest goes when the history is full."""

import collections

history = collections.deque(maxlen=16)


class Document:
    def __init__(self):
        self.glyphs = bytearray(4_000)

    def insert(self, position, text):
        self.glyphs[position:position] = text
        history.append(lambda: self.delete(position, len(text)))

    def delete(self, position, length):
        del self.glyphs[position : position + length]


def step():
    document = Document()
    for position in range(20):
        document.insert(position, b"word")
    history[-1]()
