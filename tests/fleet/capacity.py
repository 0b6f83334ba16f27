#!/usr/bin/env python3
"""Measures how many images a second 1, 2 and 4 workers answer, and compares with docs/fleet.md.

Usage: tests/fleet/capacity.py BUILD_DIR [--images N] [--milliseconds N]. Workers wait instead of
computing, so that one machine can stand for several devices.
"""
import argparse
import sys

from fleet import Fleet, results_of, run_seconds

COUNTS = (1, 2, 4)


def measure(build, images, milliseconds, count):
    """Images a second of a batch with `count` workers."""
    with Fleet(build) as fleet:
        fleet.make_images(images)
        results = fleet.path / "results.jsonl"
        for number in range(count):
            fleet.start_worker(f"w{number}", milliseconds)
        seconds = run_seconds(fleet.start_batch(results), limit=3600)
        if len(set(results_of(results))) != images:
            raise RuntimeError("results are missing")
        return images / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--milliseconds", type=int, default=20)
    options = parser.parse_args()
    limit = measure(options.build, options.images, 0, COUNTS[-1])
    print(f"sender, broker and {COUNTS[-1]} workers that do not wait: {limit:.0f} images/s")
    rates = {count: measure(options.build, options.images, options.milliseconds, count)
             for count in COUNTS}
    print("workers  images/s  predicted  measured/predicted")
    for count, rate in rates.items():
        predicted = min(count * rates[1], limit)
        print(f"{count:7}  {rate:8.1f}  {predicted:9.1f}  {rate / predicted:18.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
