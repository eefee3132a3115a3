"""A cluster whose nodes have a namespace each: coordinators, workers, perhaps etcd, HAProxy, and a client's."""

import concurrent.futures
import os
import shutil
import subprocess
import tempfile
import time

import certificates
import client
import invariants
import network
import nodes

FOLDER_PREFIX = "cloister-namespaces-"
START_SECONDS = 90
RECOVERY_SECONDS = 10


class Cluster:
    """Everything, as a context that leaves nothing behind.

    `coordinators` above 1 needs a binary that keeps its records in etcd; `etcd` is the number of its members.
    """

    def __init__(self, binary, coordinators=1, workers=3, etcd=0):
        self.binary = binary
        self.counts = (coordinators, workers, etcd)
        # libnng's TLS does not survive killed peers (docs/decisions/0013-tls-in-the-cluster.md).
        self.is_encrypted = os.environ.get("CLOISTER_TEST_TLS", "0") == "1"
        self.image = os.environ["CLOISTER_IMAGE"]
        self.cache = os.environ["CLOISTER_CACHE"]
        self.network = network.Network()
        self.coordinators, self.workers, self.etcd, self.balancer = [], [], [], None
        self.places = invariants.Places(self)
        self.folder = None

    def __enter__(self):
        remove_leftover_folders()
        self.network.open()
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def present(self):
        """All nodes that there are, those first that end first."""
        everything = [*self.workers, *self.coordinators, self.balancer, *self.etcd]
        return [node for node in everything if node is not None]

    def close(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.end(), self.present))
        self.network.close()
        if self.folder:
            unmount_below(self.folder)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        self.folder = tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-")
        self.authority = certificates.Authority(self.folder)
        self.cluster_key = self._secret("cluster-key")
        self.api_key_file = self._secret("api-key")
        with open(self.api_key_file, encoding="ascii") as file:
            self.key = file.read().strip()
        # The addresses are those of docs/operations.md.
        coordinators, workers, etcd = self.counts
        self.network.add("client", 200)
        self.balancer = nodes.Balancer(self, "balancer", 10)
        self.coordinators = [nodes.Coordinator(self, f"coordinator-{n}", 10 + n) for n in range(1, coordinators + 1)]
        self.workers = [nodes.Worker(self, f"worker-{n}", 20 + n) for n in range(1, workers + 1)]
        self.etcd = [nodes.Etcd(self, f"etcd-{n}", 30 + n) for n in range(1, etcd + 1)]
        for node in [*self.etcd, *self.coordinators, *self.workers, self.balancer]:
            node.start()
        self.client = client.Client(self.network.path("client"), self.balancer.address, 443, self.key, self.authority.file)
        self.wait_until_right(START_SECONDS)

    def _secret(self, name):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(os.urandom(32).hex() + "\n")
        return path

    def store_settings(self, node):
        """Where a coordinator keeps its records: in a file if it is alone, else in etcd."""
        if not self.etcd:
            return {"storeFile": os.path.join(node.folder, "records.sqlite")}
        return {
            "etcd.coordinator": node.name,
            "etcd.endpoints": [member.url for member in self.etcd],
            "etcd.certificateFile": node.certificate,
            "etcd.keyFile": node.key,
            "etcd.authorityFile": self.authority.file,
        }

    def add_worker(self):
        """Starts a further worker."""
        number = len(self.workers) + 1
        worker = nodes.Worker(self, f"worker-{number}", 20 + number)
        self.workers.append(worker)
        worker.start()
        return worker

    def end_worker(self, worker):
        """Ends a worker and waits until no coordinator takes it for serving: until then new sessions go to it."""
        worker.end()
        deadline = time.monotonic() + RECOVERY_SECONDS
        for coordinator in self.coordinators:
            direct = self.client.at(coordinator.address, nodes.API_PORT)
            while state_of(worker, direct) == "serving":
                if time.monotonic() > deadline:
                    raise AssertionError(f"{coordinator.name} takes {worker.name} for serving")
                time.sleep(0.05)

    def remove_worker(self, worker):
        self.end_worker(worker)
        self.workers.remove(worker)
        self.network.remove(worker.name)
        self.places.forget(worker)
        shutil.rmtree(worker.folder, ignore_errors=True)

    def nodes(self):
        """What the cluster says of its nodes, by name; empty when it does not answer."""
        return listed(self.client)

    def state_of(self, worker):
        """What the cluster says of one node."""
        return state_of(worker, self.client)

    def what_is_wrong(self, balanced=True):
        """Why the cluster is not as it has to be; None when it is."""
        if balanced and self.client.get("/readyz").status != 200:
            return "the balancer is not ready"
        present = self.nodes()
        for worker in self.workers:
            state = present.get(worker.name, {}).get("state", "absent")
            if state != "serving":
                return f"{worker.name} is {state}"
        return None

    def wait_until_right(self, seconds=RECOVERY_SECONDS):
        """Waits until all nodes serve and tells how long that took."""
        began = time.monotonic()
        while (wrong := self.what_is_wrong()) is not None:
            if time.monotonic() - began > seconds:
                raise AssertionError(f"not right after {seconds} s: {wrong}\n{self.tails()}")
            time.sleep(0.05)
        return time.monotonic() - began

    def tails(self):
        """The ends of all logs."""
        parts = []
        for node in self.present:
            with open(node.log, encoding="utf-8", errors="replace") as file:
                chosen = [line for line in file if '"level":"debug"' not in line][-8:]
            parts.append(f"--- {node.name}\n{''.join(chosen)}")
        return "\n".join(parts)


def listed(asking):
    """The nodes by name, as a client is told; empty when it is not."""
    answer = asking.get("/cloister/v1/nodes")
    if answer.status != 200:
        return {}
    return {node["name"]: node for node in answer.json["nodes"]}


def state_of(worker, asking):
    return listed(asking).get(worker.name, {}).get("state", "absent")


def remove_leftover_folders():
    top = tempfile.gettempdir()
    for name in os.listdir(top):
        owner = name.removeprefix(FOLDER_PREFIX).split("-")[0]
        if name.startswith(FOLDER_PREFIX) and owner.isdigit() and not network.is_alive(int(owner)):
            unmount_below(os.path.join(top, name))
            shutil.rmtree(os.path.join(top, name), ignore_errors=True)


def unmount_below(folder):
    with open("/proc/self/mounts", encoding="utf-8") as file:
        places = [line.split()[1] for line in file]
    for place in places:
        if place.startswith(folder + "/"):
            subprocess.run(["umount", "--lazy", place], capture_output=True)


# The one that the tests use; `main.py` sets it.
current = None
