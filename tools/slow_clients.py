#!/usr/bin/env python3
"""Measures how much idle and slow clients slow down the others.

Usage: tools/slow_clients.py BINARY [IDLE] [SLOW]

Starts `BINARY serve`, times captions over one connection, opens IDLE connections that send nothing
and SLOW ones (a third each: headers, bodies and readers at a byte per second), and times captions
again.
Prints median and 99th percentile of both. Exit code 1 if a caption fails, or if the median more than
doubles.
"""
import http.client
import json
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time

CAPTIONS = 300


def image(number):
    side = 64
    pixels = bytes((number * 7 + i) & 255 for i in range(side * side * 3))
    return b"P6 %d %d 255\n" % (side, side) + pixels


def form(number):
    return (b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' +
            image(number) + b"\r\n--x--\r\n")


def time_captions(port, first):
    times = []
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for number in range(first, first + CAPTIONS):
        begin = time.monotonic()
        client.request("POST", "/caption", form(number),
                       {"Content-Type": "multipart/form-data; boundary=x"})
        reply = client.getresponse()
        body = reply.read()
        if reply.status != 200:
            sys.exit(f"a caption failed: {reply.status} {body.decode()}")
        times.append((time.monotonic() - begin) * 1e3)
    return times


def show(name, times):
    times.sort()
    print(f"{name}: median {statistics.median(times):.2f} ms, "
          f"p99 {times[len(times) * 99 // 100]:.2f} ms", flush=True)
    return statistics.median(times)


class SlowClients:
    """Sockets that each send, or read, a byte per second."""

    HEAD = b"POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\n"

    def __init__(self, port, count):
        self.port = port
        self.kinds = [i % 3 for i in range(count)]
        self.sockets = [self.open(kind) for kind in self.kinds]
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.drip)
        self.thread.start()

    def open(self, kind):
        peer = socket.create_connection(("127.0.0.1", self.port))
        if kind == 1:
            peer.sendall(self.HEAD)
        if kind == 2:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
        return peer

    def drip(self):
        while not self.ended.wait(1):
            for i, kind in enumerate(self.kinds):
                try:
                    if kind == 2:
                        self.sockets[i].recv(1, socket.MSG_DONTWAIT)
                    else:
                        self.sockets[i].send(b"G")
                except BlockingIOError:
                    pass
                except OSError:  # closed by the server; open another one
                    self.sockets[i].close()
                    self.sockets[i] = self.open(kind)

    def close(self):
        self.ended.set()
        self.thread.join()


def main():
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    idle_count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    slow_count = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = subprocess.Popen([sys.argv[1], "serve", "--port", "0"], stdout=subprocess.PIPE,
                              text=True)
    try:
        port = int(server.stdout.readline().strip().rsplit(":", 1)[1])
        time_captions(port, 0)  # warm-up
        before = show("alone", time_captions(port, CAPTIONS))
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(idle_count)]
        slow = SlowClients(port, slow_count)
        during = show(f"with {len(idle)} idle and {slow_count} slow clients",
                      time_captions(port, 2 * CAPTIONS))
        slow.close()
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        client.request("GET", "/health")
        print(json.loads(client.getresponse().read())["system"]["open_files"], "open files")
    finally:
        server.terminate()
        server.wait()
    sys.exit(1 if during > 2 * before else 0)


if __name__ == "__main__":
    main()
