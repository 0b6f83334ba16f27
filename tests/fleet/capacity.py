#!/usr/bin/env python3
"""Measures how many images a second 1, 2 and 4 workers answer, and compares with docs/fleet.md.

Usage: tests/fleet/capacity.py BUILD_DIR [--images N] [--milliseconds N] [--namespaces]. Workers wait
instead of computing, so that one machine can stand for several devices; with --namespaces (as root)
each has a network of its own.
"""
import argparse
import contextlib
import sys

from fleet import Fleet, results_of, run_seconds
from network import Links

COUNTS = (1, 2, 4)
BATCH = "sender"


def measure(options, milliseconds, count):
    """Images a second of a batch with `count` workers."""
    workers = [f"w{number}" for number in range(count)]
    with contextlib.ExitStack() as stack:
        place = {}
        if options.namespaces:
            links = stack.enter_context(Links((*workers, BATCH), delays=False))
            place = {name: links.place(name) for name in (*workers, BATCH)}
            fleet = stack.enter_context(Fleet(options.build, links.ADDRESS, links.broker))
        else:
            fleet = stack.enter_context(Fleet(options.build))
        fleet.make_images(options.images)
        results = fleet.path / "results.jsonl"
        for worker in workers:
            fleet.start_worker(worker, milliseconds, place=place.get(worker))
        seconds = run_seconds(fleet.start_batch(results, place=place.get(BATCH)), limit=3600)
        if len(set(results_of(results))) != options.images:
            raise RuntimeError("results are missing")
        return options.images / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--milliseconds", type=int, default=20)
    parser.add_argument("--namespaces", action="store_true")
    options = parser.parse_args()
    limit = measure(options, 0, COUNTS[-1])
    print(f"sender, broker and {COUNTS[-1]} workers that do not wait: {limit:.0f} images/s")
    rates = {count: measure(options, options.milliseconds, count)
             for count in COUNTS}
    print("workers  images/s  predicted  measured/predicted")
    for count, rate in rates.items():
        predicted = min(count * rates[1], limit)
        print(f"{count:7}  {rate:8.1f}  {predicted:9.1f}  {rate / predicted:18.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
