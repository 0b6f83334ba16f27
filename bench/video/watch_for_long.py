#!/usr/bin/env python3
"""Runs `edgevlm watch` on a synthetic stream, and checks that its memory stays and that it counts what it skips.

Usage: bench/video/watch_for_long.py BUILD_DIR MINUTES [OPTION...]. Options go to `edgevlm watch`. The stream
brings ten looks a second, which is more than can be looked at. Prints the memory of edgevlm and edgevlm-video
each 10 s; exits 1 if it grows by more than 2 % once it has settled (a third of the time, at most five
minutes), or if the frames between two lines are not those that the second says were skipped. Needs ffmpeg.
"""
import json
import pathlib
import subprocess
import sys
import threading
import time

EVERY_MS = 100
SAMPLE_SECONDS = 10
SETTLING_SECONDS = 300
MOST_GROWTH = 0.02
STREAM = (
    "ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc2=size=640x360:rate=20 "
    "-c:v libx264 -preset ultrafast -g 40 -pix_fmt yuv420p -f mpegts -"
)
# A command that takes a while, so that the machine is always too slow.
SLOW = ("--exec", "sleep 0.25")


def rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def memory_kib(pid):
    """Of the process and of the decoder that it has started."""
    children = pathlib.Path(f"/proc/{pid}/task").glob("*/children")
    pids = [pid] + [int(child) for file in children for child in file.read_text(encoding="utf-8").split()]
    decoders = [p for p in pids[1:] if pathlib.Path(f"/proc/{p}/comm").read_text().startswith("edgevlm-video")]
    return rss_kib(pid) + sum(rss_kib(p) for p in decoders)


class Lines(threading.Thread):
    """Reads the lines, and counts those before which frames are missing."""

    def __init__(self, output):
        super().__init__(daemon=True)
        self.output = output
        self.lines, self.skipped, self.unreported, self.latest_ms = 0, 0, 0, 0

    def run(self):
        last = None
        for text in self.output:
            line = json.loads(text)
            if last is not None:
                looks = round((line["seconds"] - last) * 1000 / EVERY_MS)
                self.unreported += looks != 1 + line["skipped"]
            last = line["seconds"]
            self.lines += 1
            self.skipped += line["skipped"]
            self.latest_ms = max(self.latest_ms, line["late_ms"])


def watch(edgevlm, options, seconds):
    """Returns the samples in KiB, and what was read."""
    stream = subprocess.Popen(STREAM.split(), stdout=subprocess.PIPE)
    command = [edgevlm, "watch", "-", "--every", f"{EVERY_MS}ms", *SLOW, *options]
    process = subprocess.Popen(command, stdin=stream.stdout, stdout=subprocess.PIPE, text=True)
    stream.stdout.close()
    lines = Lines(process.stdout)
    lines.start()
    samples = []
    try:
        for k in range(1, int(seconds / SAMPLE_SECONDS) + 1):
            time.sleep(SAMPLE_SECONDS)
            if process.poll() is not None:
                sys.exit(f"edgevlm has ended: exit code {process.returncode}")
            samples.append(memory_kib(process.pid))
            print(f"{k * SAMPLE_SECONDS} s: {samples[-1]} KiB, {lines.lines} lines, {lines.skipped} skipped",
                  flush=True)
    finally:
        stream.kill()
        stream.wait()
        process.wait()
    lines.join()
    return samples, lines


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    seconds = 60 * float(sys.argv[2])
    samples, lines = watch(f"{sys.argv[1]}/edgevlm", sys.argv[3:], seconds)
    settled = samples[int(min(SETTLING_SECONDS, seconds / 3) / SAMPLE_SECONDS):]
    half = len(settled) // 2
    if half == 0 or lines.lines < 2:
        sys.exit("expected a minute and two lines at least, found less")
    growth = max(settled[half:]) / max(settled[:half]) - 1
    print(f"{lines.lines} lines, {lines.skipped} skipped, {lines.unreported} with a wrong count; "
          f"latest {lines.latest_ms} ms; memory {100 * growth:+.2f} %")
    sys.exit(growth > MOST_GROWTH or lines.unreported > 0)


main()
