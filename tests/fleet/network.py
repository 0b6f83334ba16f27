"""Network namespaces that are linked to one, for the scripts in this folder. Needs root."""
import os
import subprocess
import time

DELAY = ("delay", "5ms", "2ms", "loss", "0.5%")  # each way


def run(*command):
    subprocess.run(command, check=True)


class Links:
    """The network namespace of a broker, and others with a link to it each.

    delays: links have the delay and the losses of DELAY, if the kernel has netem.
    """

    ADDRESS = "10.0.0.1"  # of the broker

    def __init__(self, names, delays=True):
        self.prefix = f"edgevlm{os.getpid()}"
        self.names = names
        self.broker = self.prefix + "q"
        self.is_delayed = delays

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
        self.inside(self.broker, "ip", "address", "add", f"{self.ADDRESS}/24", "dev", "hub")
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
        if not self.is_delayed:
            return
        command = ("ip", "netns", "exec", place, "tc", "qdisc", "add", "dev", device, "root",
                   "netem", *DELAY)
        if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.is_delayed = False

    def cut(self, name, seconds):
        self.inside(self.broker, "ip", "link", "set", "dev", name, "down")
        time.sleep(seconds)
        self.inside(self.broker, "ip", "link", "set", "dev", name, "up")
