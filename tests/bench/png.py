#!/usr/bin/env python3
"""A PNG of a 50-node picture beside `dot -Tpng` on the same DOT, at the same resolution: wall time and bytes.

    REFGRAPH_RENDER=./refgraph-render python3 tests/bench/png.py [BOXES [ROUNDS]]

Speaks to the renderer directly, by the layout in src/render/request.h, so that both sides are one process started from
here. The two take turns; the figures are medians.
"""

import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time

DOT, PNG = 0, 2
LEFT_RIGHT = 1
CALLABLE, INSTANCE, CONTAINER = 3, 4, 5
TARGET, OTHER = 0, 4


def u32(*numbers):
    return struct.pack("<%dI" % len(numbers), *numbers)


def text(string):
    data = string.encode()
    return u32(len(data)) + data + b"\0"


def request(boxes, arrows, form):
    body = u32(form, 0, LEFT_RIGHT, 0, 60000) + struct.pack("<Q", 2 << 30) + text("show_refs, max_depth=4")
    body += u32(len(boxes))
    for number, (style, lines) in enumerate(boxes):
        body += u32(number, style, OTHER if number else TARGET, 1, 0, 0)
        body += text(lines) + text(lines.replace("\n", ", ")) + text("") + u32(0)
    body += u32(len(arrows))
    for source, target, name in arrows:
        body += u32(source, target, 0) + text(name)
    return struct.pack("<IIQ", 0x51524752, 1, len(body)) + body


def picture(num_boxes):
    """A heap as one is drawn: 1.3 arrows a box, half of them named, few levels."""
    chance = random.Random(7)
    kinds = [
        (CALLABLE, "Worker.start…on_tick%d\nfunction, worker.py:%d\n"),
        (INSTANCE, "Worker%d\nkeeps %d kB\n"),
        (CONTAINER, "list%d\n%d items\n"),
    ]
    boxes = []
    for number in range(num_boxes):
        style, lines = chance.choice(kinds)
        boxes.append((style, lines % (number, chance.randrange(1000))))
    arrows = [(chance.randrange(max(1, i // 2)), i, "['key%d']" % i if i % 2 else "") for i in range(1, num_boxes)]
    for _ in range(num_boxes * 3 // 10):
        source, target = sorted(chance.sample(range(num_boxes), 2))
        arrows.append((source, target, ""))
    return boxes, sorted(arrows, key=lambda arrow: arrow[0])


def timed(command, data):
    # From a file: the renderer takes the end of a pipe for the end of its host.
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        begin = time.perf_counter()
        output = subprocess.run(command, stdin=source, stdout=subprocess.PIPE, check=True).stdout
        return time.perf_counter() - begin, output


def draw(renderer, message):
    seconds, reply = timed([renderer], message)
    magic, status, size = struct.unpack_from("<IIQ", reply)
    if magic != 0x41524752 or status or len(reply) != 16 + size + 12:
        sys.exit("%s: %r" % (renderer, reply[16 : 16 + size][:500]))
    return seconds, reply[16 : 16 + size]


def resolution(png):
    at = png.index(b"pHYs") + 4
    return round(struct.unpack_from(">I", png, at)[0] * 0.0254)


def main():
    num_boxes, rounds = (int(word) for word in (sys.argv[1:] + ["50", "31"][len(sys.argv) - 1 :]))
    renderer = os.environ["REFGRAPH_RENDER"]
    boxes, arrows = picture(num_boxes)
    _, dot = draw(renderer, request(boxes, arrows, DOT))
    ours, theirs = [], []
    for _ in range(rounds):
        seconds, png = draw(renderer, request(boxes, arrows, PNG))
        ours.append(seconds)
        seconds, other = timed(["dot", "-Tpng", "-Gdpi=%d" % resolution(png)], dot)
        theirs.append(seconds)
    width, height = struct.unpack_from(">II", png, 16)
    time_ours, time_theirs = statistics.median(ours), statistics.median(theirs)
    print("png of %d boxes, %d x %d px" % (num_boxes, width, height))
    print("  refgraph-render  %7.1f ms  %8d bytes" % (time_ours * 1e3, len(png)))
    print("  dot -Tpng        %7.1f ms  %8d bytes" % (time_theirs * 1e3, len(other)))
    print("  ratio            %7.2f     %8.2f" % (time_ours / time_theirs, len(png) / len(other)))


main()
