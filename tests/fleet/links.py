#!/usr/bin/env python3
"""Cuts and delays the links of a broker, two workers and a batch, and counts what the batch has stored.

Usage, as root: tests/fleet/links.py BUILD_DIR [--images N] [--cuts N] [--seed N]. Each process has a
network namespace of its own; those of workers and batch have a link each to that of the broker.
Workers wait instead of computing. Exits 1 unless every image has exactly one result, in order.
"""
import argparse
import os
import random
import subprocess
import sys
import time

from fleet import Fleet, results_of

MILLISECONDS = 15
DELAY = ("delay", "5ms", "2ms", "loss", "0.5%")  # each way
LONGEST_CUT = 4  # seconds
WORKERS = ("w1", "w2")
BATCH = "sender"


def run(*command):
    subprocess.run(command, check=True)


class Links:
    """The network namespace of a broker, and others with a link to it each."""

    def __init__(self, names):
        self.prefix = f"edgevlm{os.getpid()}"
        self.names = names
        self.broker = self.prefix + "q"
        self.is_delayed = True

    def __enter__(self):
        try:
            self.make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def make(self):
        run("ip", "netns", "add", self.broker)
        self.inside(self.broker, "ip", "link", "set", "lo", "up")
        self.inside(self.broker, "ip", "link", "add", "hub", "type", "bridge")
        self.inside(self.broker, "ip", "address", "add", "10.0.0.1/24", "dev", "hub")
        self.inside(self.broker, "ip", "link", "set", "hub", "up")
        for number, name in enumerate(self.names):
            place = self.place(name)
            run("ip", "netns", "add", place)
            self.inside(self.broker, "ip", "link", "add", "name", name, "type", "veth",
                        "peer", "name", "out", "netns", place)
            self.inside(self.broker, "ip", "link", "set", "dev", name, "master", "hub", "up")
            self.inside(place, "ip", "address", "add", f"10.0.0.{number + 2}/24", "dev", "out")
            self.inside(place, "ip", "link", "set", "out", "up")
            self.delay(self.broker, name)
            self.delay(place, "out")

    def __exit__(self, *_):
        for place in [self.place(name) for name in self.names] + [self.broker]:
            subprocess.run(("ip", "netns", "del", place), check=False, stderr=subprocess.DEVNULL)

    def place(self, name):
        return self.prefix + name

    def inside(self, place, *command):
        run("ip", "netns", "exec", place, *command)

    def delay(self, place, device):
        """Kernels without netem only cut."""
        command = ("ip", "netns", "exec", place, "tc", "qdisc", "add", "dev", device, "root",
                   "netem", *DELAY)
        if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.is_delayed = False

    def cut(self, name, seconds):
        self.inside(self.broker, "ip", "link", "set", "dev", name, "down")
        time.sleep(seconds)
        self.inside(self.broker, "ip", "link", "set", "dev", name, "up")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--images", type=int, default=8000)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    names = (*WORKERS, BATCH)
    with Links(names) as links, Fleet(options.build, "10.0.0.1", links.broker) as fleet:
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
        found = results_of(results)
        expected = sorted(str(path) for path in (fleet.path / "images").iterdir())
        print(f"{options.images} images, cuts: {cuts}, "
              f"{'links: ' + ' '.join(DELAY) if links.is_delayed else 'no delay'}, "
              f"in {seconds:.0f} s")
        print(f"results: {len(found)}, different images: {len(set(found))}, in order: "
              f"{found == expected}, exit code of the batch: {batch.returncode}")
        if found != expected or batch.returncode != 0:
            print(fleet.read_log()[-2000:], file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
