"""A real cluster, started as a user would start it."""

import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

import collector

START_SECONDS = 240
END_SECONDS = 30


class Cluster:
    """`cloister up` in a session of its own; a context that ends it, whatever happens inside.

    With CLOISTER_URL set it is the cluster that runs there, whose processes are nobody's business.
    """

    def __init__(self, binary, ready=2):
        self.binary = binary
        self.ready = ready
        self.url = os.environ.get("CLOISTER_URL")
        self.key = os.environ.get("CLOISTER_API_KEY")
        self.process = None
        self.lines = []
        self.folder = None
        # The coordinator's; the worker has the next one.
        self.metrics_port = None
        # Where spans go of requests whose client wants them.
        self.collector = None

    def __enter__(self):
        if self.url:
            return self
        self.folder = tempfile.mkdtemp(prefix="cloister-clients-")
        try:
            self._start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def _start(self):
        state = os.path.join(self.folder, "state")
        self.metrics_port = free_ports(2)
        self.collector = collector.Collector()
        settings = (
            f"metrics.listen=127.0.0.1:{self.metrics_port}", f"traces.endpoint={self.collector.endpoint}", "traces.samplePercent=0",
        )  # fmt: skip
        self.process = subprocess.Popen(
            [self.binary, "up", "--port", "0", "--ready", str(self.ready), "--state-dir", state,
             *(word for setting in settings for word in ("--set", setting))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None,
            text=True,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        address = threading.Event()

        def read():
            for line in self.process.stdout:
                self.lines.append(line.rstrip())
                if line.startswith("ready "):
                    self.url = line.split()[1]
                    address.set()
            address.set()

        threading.Thread(target=read, daemon=True).start()
        if not address.wait(START_SECONDS) or self.url is None:
            raise RuntimeError(f"the cluster did not start: {self.lines}")
        with open(os.path.join(state, "api-key"), encoding="ascii") as file:
            self.key = file.read().strip()
        self._wait_until_ready()

    def _wait_until_ready(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except urllib.error.URLError as error:
                if time.monotonic() > deadline:
                    raise RuntimeError("the cluster is not ready") from error
            time.sleep(0.1)

    def end(self):
        """Ends the cluster and everything that it started."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        if self.collector is not None:
            self.collector.close()
            self.collector = None
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    @property
    def is_ours(self):
        return self.process is not None

    def processes(self):
        """The process of the coordinator and those of the workers, by name."""
        names = {"coordinator": self.process.pid}
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            direct = file.read().split()
        # Children belong to the thread that started them.
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            try:
                with open(f"/proc/{self.process.pid}/task/{task}/children", encoding="ascii") as file:
                    direct += file.read().split()
            except FileNotFoundError:
                continue
        for number, child in enumerate(sorted({int(child) for child in direct}), start=1):
            names[f"worker-{number}"] = child
        return names


def free_ports(count):
    """The first of so many ports in a row that nobody has."""
    # Not from the beginning: another cluster that starts now looks, too.
    for first in random.sample(range(20_000, 30_000, count), 100):
        try:
            for port in range(first, first + count):
                with socket.socket() as attempt:
                    attempt.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise RuntimeError("there are no free ports")


def end_with_parent():
    """The cluster gets SIGTERM when this process dies in a way that runs no handler."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(1, signal.SIGTERM, 0, 0, 0)


# The one that the tests use; `main.py` sets it.
current = None
