#!/usr/bin/env python3
"""Checks that a server's memory does not grow over captions of thousands of different images.

Usage: tools/soak.py BINARY [REQUESTS] [CONCURRENCY]

Starts `BINARY serve` and puts `BINARY bench serve` on it, each of whose requests has an image of its
own. Compares RssAnon + VmSwap after the last request with that after the thousandth; with small
caches it must not grow by more than 2 %. Exit code 1 if it does, or if a request failed.
"""
import json
import subprocess
import sys
import time
import urllib.request

FIRST = 1000  # warm-up requests
MOST_GROWTH = 0.02


def get_json(url, path):
    with urllib.request.urlopen(url + path, timeout=120) as reply:
        return json.load(reply)


def read_stats(url):
    """Replies so far, and the bytes of anonymous and swapped memory."""
    metrics = get_json(url, "/metrics")
    replies = metrics["metrics"].get("edgevlm_requests_total", [])
    count = sum(r["value"] for r in replies if r["labels"]["endpoint"] == "/v1/chat/completions")
    system = metrics["system"]
    return int(count), system["anonymous_bytes"] + system["swapped_bytes"]


def main():
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    binary = sys.argv[1]
    requests = sys.argv[2] if len(sys.argv) > 2 else "10000"
    concurrency = sys.argv[3] if len(sys.argv) > 3 else "16"
    # A small cache, so that growth means a leak.
    server = subprocess.Popen([binary, "serve", "--port", "0", "--image-cache-mib", "8"],
                              stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        load = subprocess.Popen([binary, "bench", "serve", "--port", url.rsplit(":", 1)[1],
                                 "--requests", requests, "--concurrency", concurrency])
        at_first = None
        while load.poll() is None:
            count, size = read_stats(url)
            if at_first is None and count >= FIRST:
                at_first = size
                print(f"after {count} requests: {size / 1e6:.1f} MB", flush=True)
            time.sleep(0.1)
        time.sleep(1)
        count, size = read_stats(url)
    finally:
        server.terminate()
        server.wait()
    print(f"after {count} requests: {size / 1e6:.1f} MB")
    if at_first is None:
        sys.exit(f"expected more than {FIRST} requests")
    growth = size / at_first - 1
    print(f"growth: {growth:+.2%}")
    sys.exit(1 if load.returncode != 0 or growth > MOST_GROWTH else 0)


if __name__ == "__main__":
    main()
