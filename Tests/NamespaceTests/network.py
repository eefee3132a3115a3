"""Network namespaces that hang on one switch, made and removed again by this process."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import time

PREFIX = "cloister-"
FOLDER = "/run/netns"
NETWORK = "192.0.2"
# Cloister speaks without TLS to addresses of the loopback network only; here that network has a wire, too.
PLAIN_NETWORK = "127.77.0"
CLONE_NEWNET = 0x40000000
# Sums and segments are made by the kernel only when a real card takes a packet; a link in user space needs whole ones.
ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO = 0x17, 0x1F, 0x24, 0x2C
SIOCETHTOOL = 0x8946


class Unavailable(Exception):
    """Namespaces cannot be made here."""


def call(*words, stdin=None):
    """Runs a command that has to succeed."""
    ended = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=20)
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {ended.stderr.strip()}")
    return ended.stdout


@contextlib.contextmanager
def inside(path):
    """This thread is in another network namespace for a while; what it starts meanwhile stays there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net", "rb") as former, open(path, "rb") as other:
        if libc.setns(other.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {path}")
        try:
            yield
        finally:
            libc.setns(former.fileno(), CLONE_NEWNET)


class Network:
    """A switch and the nodes that hang on it: 192.0.2.0/24, each node with one address."""

    def __init__(self):
        self.prefix = f"{PREFIX}{os.getpid()}-"
        self.addresses = {}

    def open(self):
        remove_leftovers()
        try:
            self._make("switch")
            call("ip", "-n", self.space("switch"), "link", "add", "bridge", "type", "bridge", "forward_delay", "0")
            call("ip", "-n", self.space("switch"), "link", "set", "bridge", "up")
        except (RuntimeError, OSError) as error:
            self.close()
            raise Unavailable(str(error)) from error

    def close(self):
        for name in spaces():
            if name.startswith(self.prefix):
                remove(name)

    def space(self, node):
        return self.prefix + node

    def path(self, node):
        return f"{FOLDER}/{self.space(node)}"

    def _make(self, node):
        call("ip", "netns", "add", self.space(node))
        call("ip", "-n", self.space(node), "link", "set", "lo", "up")

    def add(self, node, number):
        """Adds a node at 192.0.2.NUMBER."""
        self._make(node)
        switch, space, port = self.space("switch"), self.space(node), f"p{number}"
        call("ip", "-n", switch, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space)
        with inside(self.path(node)):
            make_packets_whole("eth0")
        call("ip", "-n", switch, "link", "set", port, "master", "bridge", "up")
        self.addresses[node] = f"{NETWORK}.{number}"
        call("ip", "-n", space, "address", "add", f"{self.addresses[node]}/24", "dev", "eth0")
        call("ip", "-n", space, "link", "set", "eth0", "up")
        call("ip", "netns", "exec", space, "sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1")
        call("ip", "-n", space, "address", "delete", "127.0.0.1/8", "dev", "lo")
        call("ip", "-n", space, "address", "add", "127.0.0.1/32", "dev", "lo")
        call("ip", "-n", space, "address", "add", f"{self.plain(node)}/24", "dev", "eth0")

    def plain(self, node):
        """The address of a node for what is not encrypted."""
        return self.addresses[node].replace(NETWORK, PLAIN_NETWORK)

    def remove(self, node):
        remove(self.space(node))
        del self.addresses[node]

    def filter(self, node, rules):
        """Replaces the packet filter of a node: nftables rules for what comes in."""
        text = "flush ruleset\n"
        if rules:
            lines = "\n".join(rules)
            text += f"table inet faults {{\n chain input {{\n  type filter hook input priority 0;\n{lines}\n }}\n}}\n"
        call("ip", "netns", "exec", self.space(node), "nft", "-f", "-", stdin=text)


def make_packets_whole(interface):
    """Has the kernel send packets with sums and of the size of the wire."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in (ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO):
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP", interface.encode(), ctypes.addressof(value))
            with contextlib.suppress(OSError):
                fcntl.ioctl(control, SIOCETHTOOL, request)


def spaces():
    return sorted(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else []


def remove(name):
    """Ends what runs in a namespace of ours and removes it."""
    for _ in range(50):
        ended = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True)
        members = [int(word) for word in ended.stdout.split() if int(word) != os.getpid()]
        for member in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        if not members:
            break
        time.sleep(0.02)
    subprocess.run(["ip", "netns", "delete", name], capture_output=True)


def remove_leftovers():
    """Removes what a run left behind that was killed."""
    for name in spaces():
        owner = name.removeprefix(PREFIX).split("-")[0]
        if name.startswith(PREFIX) and owner.isdigit() and not is_alive(int(owner)):
            remove(name)


def is_alive(process):
    """Whether a run of these tests has this process id."""
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            return b"main.py" in file.read()
    except OSError:
        return False
