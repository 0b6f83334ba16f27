#!/usr/bin/env python3
"""Compares the selectors of frames on rendered videos whose events are known.

Usage: bench/video/frame_selection.py BUILD_DIR [VIDEOS]. Asks "is there a SHAPE?" about each shape of each
video, and prints a table in Markdown: of all events, the share that a chosen frame shows, and the share
with such a frame about which the built-in model answers "yes". Then the share of the other frames about
which it does not. The same on every machine, up to the rounding of the model.
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
SELECTORS = ("uniform", "scene", "motion", "query")
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


class Counts:
    """Of one selector and number of frames."""

    def __init__(self):
        self.seen, self.answered = 0, 0  # events
        self.others, self.denied = 0, 0  # frames without the shape

    def ask(self, edgevlm, folder, events, selector):
        """Asks about each shape."""
        for shape in sorted({event[2] for event in events}):
            question = f"is there a {shape}?"
            frames = json.loads(run(edgevlm, "ask", folder, question, "--json", "--frames", selector))["frames"]
            self.add(frames, [event for event in events if event[2] == shape])

    def add(self, frames, events):
        seen, answered = set(), set()
        for frame in frames:
            shown = [e for e in events if e[0] <= 1000 * frame["seconds"] <= e[1] + FRAME_MS - 1]
            is_yes = frame["answer"].startswith("yes")
            seen.update(shown)
            if is_yes:
                answered.update(shown)
            if not shown:
                self.others += 1
                self.denied += not is_yes
        self.seen += len(seen)
        self.answered += len(answered)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    edgevlm = f"{sys.argv[1]}/edgevlm"
    videos = int(sys.argv[2]) if len(sys.argv) == 3 else 20
    draw = random.Random(1)
    sums = {(name, frames): Counts() for name in SELECTORS for frames in COUNTS}
    with tempfile.TemporaryDirectory() as temporary:
        shapes, empty = read_shapes(edgevlm, f"{temporary}/set")
        for i in range(videos):
            folder = f"{temporary}/{i}"
            events = compose(shapes, empty, folder, draw)
            for (name, frames), counts in sums.items():
                counts.ask(edgevlm, folder, events, f"{name}:{frames}")
    print("| selector |" + "".join(f" {frames} frames |" for frames in COUNTS))
    print("| --- |" + " --- |" * len(COUNTS))
    for name in SELECTORS:
        cells = ""
        for frames in COUNTS:
            counts = sums[name, frames]
            seen, answered = (100 * n / (videos * EVENTS) for n in (counts.seen, counts.answered))
            cells += f" {seen:.0f} %, {answered:.0f} % |"
        print(f"| `{name}` |{cells}")
    others, denied = (sum(getattr(counts, name) for counts in sums.values()) for name in ("others", "denied"))
    print(f"of {others} frames without the shape, it answers otherwise about {100 * denied / others:.0f} %")


main()
