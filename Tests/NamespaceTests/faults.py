"""What goes wrong, as contexts: it is mended on the way out."""

import contextlib
import os
import signal
import subprocess
import sys

import network


@contextlib.contextmanager
def cut(cluster, *pairs):
    """Nothing comes from the first of a pair to the second; give both orders for both ways."""
    net = cluster.network
    rules = {}
    for source, target in pairs:
        rules.setdefault(target, []).append(f"  ip saddr {{ {net.addresses[source]}, {net.plain(source)} }} drop")
    try:
        for node, lines in rules.items():
            net.filter(node, lines)
        yield
    finally:
        for node in rules:
            net.filter(node, [])


def both_ways(one, others):
    """The pairs that separate a node from others altogether."""
    return [pair for other in others for pair in ((one, other), (other, one))]


@contextlib.contextmanager
def slow(cluster, *nodes, delay=0.0, loss=0.0):
    """The links of nodes are slow, by `delay` seconds each way, or lose a share of all packets."""
    with contextlib.ExitStack() as links:
        for node in nodes:
            links.enter_context(_slow(cluster, node, delay, loss))
        yield


@contextlib.contextmanager
def _slow(cluster, node, delay, loss):
    net = cluster.network
    number = net.addresses[node].rsplit(".", 1)[1]
    switch, port, here, there = net.space("switch"), f"p{number}", f"a{number}", f"b{number}"
    network.call("ip", "-n", switch, "link", "add", here, "type", "veth", "peer", "name", there)
    with network.inside(net.path("switch")):
        for end in (here, there):
            network.make_packets_whole(end)
    network.call("ip", "-n", switch, "link", "set", here, "up")
    network.call("ip", "-n", switch, "link", "set", there, "master", "bridge", "up")
    network.call("ip", "-n", switch, "link", "set", port, "nomaster")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "slow_link.py")
    words = ["nsenter", f"--net={net.path('switch')}", "--", sys.executable, "-B", script, port, here, str(delay), str(loss)]
    link = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        link.stdout.readline()
        yield
    finally:
        link.kill()
        link.wait()
        link.stdout.close()
        network.call("ip", "-n", switch, "link", "delete", here)
        network.call("ip", "-n", switch, "link", "set", port, "master", "bridge")


@contextlib.contextmanager
def stopped(node):
    """A process stands still."""
    os.kill(node.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(node.pid, signal.SIGCONT)


@contextlib.contextmanager
def full(folder):
    """No byte is free in a file system."""
    path = os.path.join(folder, "ballast")
    try:
        with open(path, "wb", buffering=0) as ballast:
            block = bytes(1 << 20)
            with contextlib.suppress(OSError):
                while True:
                    ballast.write(block)
            with contextlib.suppress(OSError):
                while True:
                    ballast.write(b"\0")
        yield
    finally:
        os.unlink(path)
