#!/usr/bin/env python3
"""Kills workers, the batch and the broker at random moments, and counts what the batch has stored.

Usage: tests/fleet/kills.py BUILD_DIR [--images N] [--kills N] [--seed N]. Workers wait instead of
computing. Exits 1 unless every image has exactly one result, in order.
"""
import argparse
import random
import sys
import time

from fleet import Fleet, kill

WORKERS = 4
MILLISECONDS = 4


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--images", type=int, default=20000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    killed = {"worker": 0, "batch": 0, "broker": 0}
    with Fleet(options.build) as fleet:
        fleet.make_images(options.images)
        results = fleet.path / "results.jsonl"
        workers = [fleet.start_worker(f"w{i}", MILLISECONDS) for i in range(WORKERS)]
        batch = fleet.start_batch(results)
        start = time.monotonic()
        # Spread over the time that the images take without kills.
        pause = options.images * MILLISECONDS / 1000 / WORKERS / options.kills
        while batch.poll() != 0:
            time.sleep(chance.uniform(0, 2 * pause))
            # What starts while the broker is away ends with an error, and is started again.
            if batch.poll():
                batch = fleet.start_batch(results)
            for number, worker in enumerate(workers):
                if worker.poll() is not None:
                    workers[number] = fleet.start_worker(f"w{number}", MILLISECONDS)
            if sum(killed.values()) >= options.kills or batch.poll() is not None:
                continue
            kind = chance.choices(["worker", "batch", "broker"], [8, 1, 1])[0]
            killed[kind] += 1
            if kind == "worker":
                victim = chance.randrange(WORKERS)
                kill(workers[victim])
                workers[victim] = fleet.start_worker(f"w{victim}", MILLISECONDS)
            elif kind == "batch":
                kill(batch)
                batch = fleet.start_batch(results)
            else:
                kill(fleet.broker)
                time.sleep(chance.uniform(0, 1))
                fleet.start_broker()
        seconds = time.monotonic() - start
        print(f"{options.images} images, killed: {killed['worker']} workers, {killed['batch']} "
              f"batches, {killed['broker']} brokers, in {seconds:.0f} s")
        return fleet.verdict(results, batch)


if __name__ == "__main__":
    sys.exit(main())
