#!/usr/bin/env python3
"""Cuts and delays the links of a broker, two workers and a batch, and counts what the batch has stored.

Usage, as root: tests/fleet/links.py BUILD_DIR [--images N] [--cuts N] [--seed N]. Each process has a
network namespace of its own; those of workers and batch have a link each to that of the broker.
Workers wait instead of computing. Exits 1 unless every image has exactly one result, in order.
"""
import argparse
import random
import sys
import time

from fleet import Fleet
from network import DELAY, Links

MILLISECONDS = 15
LONGEST_CUT = 4  # seconds
WORKERS = ("w1", "w2")
BATCH = "sender"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--images", type=int, default=8000)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    names = (*WORKERS, BATCH)
    with Links(names) as links, Fleet(options.build, links.ADDRESS, links.broker) as fleet:
        fleet.make_images(options.images)
        results = fleet.path / "results.jsonl"
        for name in WORKERS:
            fleet.start_worker(name, MILLISECONDS, place=links.place(name))
        batch = fleet.start_batch(results, place=links.place(BATCH))
        start = time.monotonic()
        cuts = dict.fromkeys(names, 0)
        while batch.poll() is None:
            time.sleep(chance.uniform(0, 2))
            if sum(cuts.values()) < options.cuts and batch.poll() is None:
                name = chance.choice(names)
                cuts[name] += 1
                links.cut(name, chance.uniform(0, LONGEST_CUT))
        seconds = time.monotonic() - start
        print(f"{options.images} images, cuts: {cuts}, "
              f"{'links: ' + ' '.join(DELAY) if links.is_delayed else 'no delay'}, "
              f"in {seconds:.0f} s")
        return fleet.verdict(results, batch)


if __name__ == "__main__":
    sys.exit(main())
