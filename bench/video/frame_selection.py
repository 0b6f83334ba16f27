#!/usr/bin/env python3
"""Compares the selectors of frames on rendered videos whose events are known.

Usage: bench/video/frame_selection.py BUILD_DIR [VIDEOS]. Prints a table in Markdown: of all events, the share
that a chosen frame shows, and the share whose shape the built-in model names in its answer about such a
frame. The same on every machine, up to the rounding of the model.
"""
import csv
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

SECONDS = 60
FRAMES_PER_SECOND = 4  # as `edgevlm datasets make frames` draws them
EVENTS = 8  # per video: shapes on an empty ground, with emptiness between them
SELECTORS = ("uniform", "scene", "motion")
COUNTS = (4, 8, 16)
SHAPES = 24  # that events are made of
FRAME_MS = 1000 // FRAMES_PER_SECOND


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def read_shapes(edgevlm, folder):
    """For each clip in which a shape appears or moves: its name, and the files that show it."""
    run(edgevlm, "datasets", "make", "frames", "--out", folder, "--count", str(2 * SHAPES), "--size", "224")
    shapes, empty = [], None
    with open(f"{folder}/manifest.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["category"] not in ("appears", "moves"):
                continue
            frames = sorted(pathlib.Path(folder, row["path"]).glob("*.png"))
            name = row["question"].split(" the ")[1].split()[0]
            if row["category"] == "appears":
                empty = frames[0]
                frames = frames[int(row["answer"]) * FRAMES_PER_SECOND:][:1]
            shapes.append((name, frames))
    return shapes, empty


def compose(shapes, empty, folder, draw):
    """Writes a video as a folder of frames; returns its events: first and last millisecond, and the shape."""
    files = [empty] * (SECONDS * FRAMES_PER_SECOND)
    events = []
    while len(events) < EVENTS:
        name, frames = draw.choice(shapes)
        length = draw.randint(2, 3 * FRAMES_PER_SECOND)  # 0.5 to 3 s
        first = draw.randint(1, len(files) - length - 1)
        if any(file != empty for file in files[first - 1 : first + length + 1]):
            continue
        for k in range(length):  # a shape that moves crosses all of the frame in that time
            files[first + k] = frames[k * len(frames) // length]
        events.append((first * FRAME_MS, (first + length - 1) * FRAME_MS, name))
    os.mkdir(folder)
    for i, file in enumerate(files):
        os.link(file, f"{folder}/{i * FRAME_MS:06d}.png")
    return events


def count(edgevlm, folder, events, selector):
    """How many events a frame shows, and how many are named by an answer about such a frame."""
    reply = json.loads(run(edgevlm, "ask", folder, "what is there?", "--json", "--frames", selector))
    seen, named = set(), set()
    for frame in reply["frames"]:
        for event in events:
            if event[0] <= 1000 * frame["seconds"] <= event[1] + FRAME_MS - 1:
                seen.add(event)
                if event[2] in frame["answer"]:
                    named.add(event)
    return len(seen), len(named)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    edgevlm = f"{sys.argv[1]}/edgevlm"
    videos = int(sys.argv[2]) if len(sys.argv) == 3 else 20
    draw = random.Random(1)
    sums = {}
    with tempfile.TemporaryDirectory() as temporary:
        shapes, empty = read_shapes(edgevlm, f"{temporary}/set")
        for i in range(videos):
            folder = f"{temporary}/{i}"
            events = compose(shapes, empty, folder, draw)
            for name in SELECTORS:
                for frames in COUNTS:
                    found = count(edgevlm, folder, events, f"{name}:{frames}")
                    before = sums.get((name, frames), (0, 0))
                    sums[name, frames] = tuple(a + b for a, b in zip(before, found))
    print("| selector |" + "".join(f" {frames} frames |" for frames in COUNTS))
    print("| --- |" + " --- |" * len(COUNTS))
    for name in SELECTORS:
        cells = ""
        for frames in COUNTS:
            seen, named = (100 * n / (videos * EVENTS) for n in sums[name, frames])
            cells += f" {seen:.0f} %, {named:.0f} % |"
        print(f"| `{name}` |{cells}")


main()
