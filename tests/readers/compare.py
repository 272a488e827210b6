"""Whether another program retains what we do: compare.py NODES.csv READ.json, which snapshot.mjs wrote."""

import csv
import json
import sys

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    ours = list(csv.DictReader(file))
with open(sys.argv[2], encoding="utf-8") as file:
    theirs = json.load(file)["nodes"][3:]  # the first three are those of the format

assert len(ours) == len(theirs) > 10000, (len(ours), len(theirs))
different = [
    (ours[i], theirs[i])
    for i in range(len(ours))
    if (ours[i]["size"], ours[i]["retained"]) != (str(theirs[i][3]), str(theirs[i][4]))
]
garbage = [node for node in ours if node["type"] == "Garbage"]
assert [node["reached"] for node in garbage] == ["false"] * 3, garbage
screens = [node for node in theirs if node[2] == "__main__.Screen"]
assert len(screens) == 20 and min(screen[4] for screen in screens) > 1_000_000, screens
print(f"{len(ours)} objects, {len(different)} different", *different[:5], sep="\n")
sys.exit(bool(different))
