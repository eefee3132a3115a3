"""The processes of a cluster: each knows its namespace, its files and how to start."""

import json
import os
import re
import signal
import subprocess

import network

INBOX_PORT = 7400
API_PORT = 8080
ETCD_PORT = 2379
ETCD_PEER_PORT = 2380
END_SECONDS = 20
DRAIN_SECONDS = 2
DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../deploy")


class Node:
    """A process in a namespace, with a folder; it ends when these tests do."""

    def __init__(self, cluster, name, number):
        self.cluster = cluster
        self.name = name
        self.folder = os.path.join(cluster.folder, name)
        self.log = os.path.join(self.folder, "log")
        self.process = None
        os.mkdir(self.folder)
        cluster.network.add(name, number)
        self.address = cluster.network.addresses[name]
        self.certificate, self.key, self.both = cluster.authority.issue(name, self.address)

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def start(self):
        """Starts the process; only from the main thread, with whose end the kernel ends the process."""
        words = ["nsenter", f"--net={self.cluster.network.path(self.name)}", "--"]
        words += ["setpriv", "--pdeathsig", "KILL", "--", *self.command()]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={name: value for name, value in os.environ.items() if name in ("PATH", "HOME")} | self.environment(),
            )

    def kill(self):
        """Ends the process as a power failure does."""
        self.process.kill()
        self.process.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def end(self):
        """Ends the process as its supervisor does."""
        if not self.is_running:
            return
        self.process.send_signal(signal.SIGCONT)
        self.terminate()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def last_words(self):
        """How the process ended, and the end of what it wrote that is no line of the log."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            said = [line for line in file if not line.startswith("{")]
        return f"{self.name} ended with {self.process and self.process.returncode}: {''.join(said[-60:])}"

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def lines(self, offset=0):
        """The whole JSON lines that it logged behind a place in its log, and the place behind them."""
        with open(self.log, "rb") as file:
            file.seek(offset)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        lines = [json.loads(line) for line in whole.splitlines() if line.startswith(b"{")]
        return lines, offset + len(whole)

    @property
    def inbox(self):
        """Where a node of Cloister hears the others."""
        if self.cluster.is_encrypted:
            return f"tls+tcp://{self.address}:{INBOX_PORT}"
        return f"tcp://{self.cluster.network.plain(self.name)}:{INBOX_PORT}"

    def settings(self):
        """The settings that all nodes of Cloister have."""
        identity = {
            "tls.certificateFile": self.certificate,
            "tls.keyFile": self.key,
            "tls.authorityFile": self.cluster.authority.file,
        }
        return (identity if self.cluster.is_encrypted else {}) | {
            "inbox": self.inbox,
            "clusterKeyFile": self.cluster.cluster_key,
            "servedPools": ["shell"],
            "pools.shell.cooldownSeconds": 900,
            "pools.shell.readySessions": 3,
            "pools.shell.maxConcurrentSessions": 60,
        }


def document(settings):
    """Settings as YAML, which JSON is a part of."""
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())


class Coordinator(Node):
    def command(self):
        settings = self.settings() | {
            "apiKeyFile": self.cluster.api_key_file,
            "listen.host": self.address,
            "listen.port": API_PORT,
            "listen.drainSeconds": DRAIN_SECONDS,
            "listen.certificateFile": self.certificate,
            "listen.keyFile": self.key,
        }
        settings |= self.cluster.store_settings(self)
        return [self.cluster.binary, "coordinator", "--config", self.write("coordinator.yaml", document(settings))]


def rights_of_the_service():
    """The capabilities that the unit file leaves a worker, as setpriv wants them."""
    with open(os.path.join(DEPLOY, "systemd/cloister-worker.service"), encoding="utf-8") as file:
        line = next(line for line in file if line.startswith("CapabilityBoundingSet="))
    names = line.split("=")[1].replace("CAP_", "").lower().split()
    return ",".join(["-all", *(f"+{name}" for name in names)])


class Worker(Node):
    def __init__(self, cluster, name, number):
        super().__init__(cluster, name, number)
        # What follows may be changed before the start.
        self.cache = cluster.cache
        self.run_folder = os.path.join(self.folder, "run")
        self.preload = {}

    def command(self):
        settings = self.settings() | {
            "name": self.name,
            "coordinators": [node.inbox for node in self.cluster.coordinators],
            "runDirectory": self.run_folder,
            "imageDirectory": self.cluster.image,
            "cacheDirectory": self.cache,
            "capacity.sessions": 40,
            "processesAhead": 1,
            # Each execution that goes to a guest is a line there: a count that no guest can alter.
            "logLevel": "debug",
        }
        confined = ["setpriv", "--no-new-privs", f"--bounding-set={rights_of_the_service()}", "--"]
        return [*confined, self.cluster.binary, "worker", "--config", self.write("worker.yaml", document(settings))]

    def environment(self):
        return self.preload

    def machines(self):
        """The QEMU processes in the worker's namespace."""
        found = []
        listed = network.call("ip", "netns", "pids", self.cluster.network.space(self.name))
        for word in listed.split():
            try:
                with open(f"/proc/{word}/comm", encoding="ascii") as file:
                    if file.read().startswith("qemu"):
                        found.append(int(word))
            except FileNotFoundError:
                continue
        return found


class Etcd(Node):
    @property
    def url(self):
        return f"https://{self.address}:{ETCD_PORT}"

    @property
    def peer(self):
        return f"{self.name}=https://{self.address}:{ETCD_PEER_PORT}"

    def command(self):
        peer = self.peer.split("=")[1]
        words = ["etcd", "--name", self.name, "--data-dir", os.path.join(self.folder, "data")]
        words += ["--listen-client-urls", self.url, "--advertise-client-urls", self.url]
        words += ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
        words += ["--initial-cluster", ",".join(node.peer for node in self.cluster.etcd)]
        for kind in ("", "peer-"):
            words += [f"--{kind}cert-file", self.certificate, f"--{kind}key-file", self.key]
            words += [f"--{kind}trusted-ca-file", self.cluster.authority.file, f"--{kind}client-cert-auth"]
        return words


class Balancer(Node):
    """HAProxy with the configuration of `deploy/`, which is only told where its files and servers are."""

    def command(self):
        with open(os.path.join(DEPLOY, "haproxy/haproxy.cfg"), encoding="utf-8") as file:
            text = file.read()
        text = text.replace("/etc/haproxy/cloister.pem", self.both)
        text = text.replace("/etc/cloister/ca.pem", self.cluster.authority.file)
        text = text.replace("log /dev/log local0 info", "log stdout format raw local0 info")
        # Our folder is for root only, and the limit of open files may be low.
        text = text.replace("maxconn 20000", "maxconn 2000")
        text = re.sub(r"^    (user|group) haproxy\n", "", text, flags=re.M)
        present = {node.address for node in self.cluster.coordinators}
        kept = [
            line for line in text.splitlines()
            if not line.lstrip().startswith("server ") or line.split()[-1].split(":")[0] in present
        ]  # fmt: skip
        return ["haproxy", "-db", "-f", self.write("haproxy.cfg", "\n".join(kept) + "\n")]
