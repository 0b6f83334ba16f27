"""A broker, workers that wait instead of computing, and a batch, for the scripts in this folder."""
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Fleet:
    """Processes that end with it, and a folder for their files.

    place: the network namespace of the broker, which then listens at `address` in it.
    """

    def __init__(self, build, address="127.0.0.1", place=None):
        self.build = pathlib.Path(build).resolve()
        self.folder = tempfile.TemporaryDirectory(prefix="edgevlm_fleet_")
        self.path = pathlib.Path(self.folder.name)
        self.address = address
        self.place = place
        self.port = free_port()
        self.url = f"nats://{address}:{self.port}"
        self.log = open(self.path / "log", "ab")
        self.processes = []
        config = self.path / "nats.conf"
        config.write_text(f'listen: "{address}:{self.port}"\n'
                          f'jetstream {{store_dir: "{self.path}/store"}}\n')
        self.broker = None
        self.start_broker()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.log.close()
        self.folder.cleanup()

    def start(self, *command, place=None):
        within = ("ip", "netns", "exec", place) if place else ()
        process = subprocess.Popen([str(part) for part in (*within, *command)], stdout=self.log,
                                   stderr=self.log)
        self.processes.append(process)
        return process

    def start_broker(self):
        self.broker = self.start("/usr/sbin/nats-server", "-c", self.path / "nats.conf",
                                 place=self.place)
        for _ in range(200):
            if self.broker_listens():
                return
            time.sleep(0.05)
        raise RuntimeError("the broker does not start")

    def broker_listens(self):
        within = ("ip", "netns", "exec", self.place) if self.place else ()
        probe = ("bash", "-c", f": < /dev/tcp/{self.address}/{self.port}")
        return subprocess.run((*within, *probe), check=False,
                              stderr=subprocess.DEVNULL).returncode == 0

    def start_worker(self, name, milliseconds, lease_ms=2000, place=None):
        return self.start(self.build / "waiting_worker", self.url, name, milliseconds, lease_ms,
                          place=place)

    def start_batch(self, results, place=None):
        return self.start(self.build / "edgevlm", "batch", self.path / "images", "--out", results,
                          "--queue", self.url, place=place)

    def make_images(self, count):
        folder = self.path / "images"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:06}.ppm").write_bytes(b"P6 1 1 255\n" + bytes(3 + number % 50))

    def verdict(self, results, batch):
        """Prints whether every image has exactly one result, in order; 0 if so, else 1 and the log."""
        found = results_of(results)
        expected = sorted(str(path) for path in (self.path / "images").iterdir())
        print(f"results: {len(found)}, different images: {len(set(found))}, in order: "
              f"{found == expected}, exit code of the batch: {batch.returncode}")
        if found == expected and batch.returncode == 0:
            return 0
        print((self.path / "log").read_text(errors="replace")[-2000:], file=sys.stderr)
        return 1


def kill(process):
    process.kill()
    process.wait()


def results_of(path):
    """The images of a results file, in its order; fails on a line that is not a result."""
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line)["image"] for line in lines]


def run_seconds(process, limit):
    """Waits for a process. The seconds that it took from now on."""
    start = time.monotonic()
    code = process.wait(timeout=limit)
    if code != 0:
        raise RuntimeError(f"the batch ended with {code}")
    return time.monotonic() - start
