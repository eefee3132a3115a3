"""Runs clients that do everything a client can do, and counts what was not as it should be."""

import argparse
import collections
import random
import signal
import sys
import threading
import time

import cluster
import memory
import mix_client
import mix_operations

# How often the state of things is told.
REPORT_SECONDS = 60


class Record:
    """How long each kind of operation took, and what went wrong."""

    def __init__(self):
        self._lock = threading.Lock()
        self.seconds = collections.defaultdict(list)
        self.errors = collections.Counter()
        self.examples = []

    def add(self, name, seconds, error):
        with self._lock:
            self.seconds[name].append(seconds)
            if error is not None:
                self.errors[name] += 1
                if len(self.examples) < 20:
                    self.examples.append(f"{name}: {error}")

    @property
    def counts(self):
        with self._lock:
            return sum(map(len, self.seconds.values())), sum(self.errors.values())

    def table(self):
        lines = ["| operation | count | p50 ms | p99 ms | errors |", "| --- | ---: | ---: | ---: | ---: |"]
        for name in sorted(self.seconds):
            times = sorted(self.seconds[name])
            part = lambda share: times[min(len(times) - 1, int(share * len(times)))] * 1000
            lines.append(f"| {name} | {len(times)} | {part(0.5):.1f} | {part(0.99):.1f} | {self.errors[name]} |")
        count, errors = self.counts
        return "\n".join([*lines, f"| **all** | {count} | | | {errors} |"])


def work(number, seed, until, record):
    """One client: operations by lot, one after the other, until the time is over."""
    lots = random.Random(f"{seed}-{number}")
    client = mix_client.Client(number, lots)
    while time.monotonic() < until:
        operation = lots.choices(mix_operations.ALL, [each.weight for each in mix_operations.ALL])[0]
        if not client.has_begun:
            operation = mix_operations.BEGIN
        began, error = time.monotonic(), None
        try:
            operation.run(client)
        except Exception as reason:  # whatever it is, it was not provoked, and the others go on
            error = f"client {number}, {type(reason).__name__}: {str(reason)[:1500]}"
            client.forget()
        record.add(operation.name, time.monotonic() - began, error)
    client.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with cluster.Cluster(options.binary) as cluster.current:
        if cluster.current.is_ours:
            memory.reset()
            idle = memory.peaks()
        record, began = Record(), time.monotonic()
        until = began + options.minutes * 60
        clients = [
            threading.Thread(target=work, args=(number, options.seed, until, record), daemon=True)
            for number in range(options.clients)
        ]
        for client in clients:
            client.start()
        while any(client.is_alive() for client in clients):
            next(client for client in clients if client.is_alive()).join(REPORT_SECONDS)
            count, errors = record.counts
            print(f"{time.monotonic() - began:.0f} s: {count} operations, {errors} errors", file=sys.stderr)
        print(f"{options.clients} clients, {options.minutes} minutes, seed {options.seed}\n\n{record.table()}\n")
        if cluster.current.is_ours:
            peaks = memory.peaks()
            print(", ".join(f"{name}: peak {peaks[name]:.1f} MiB, idle {idle[name]:.1f} MiB" for name in peaks))
    for example in record.examples:
        print(f"NOT PROVOKED {example}")
    sys.exit(1 if record.examples or not record.counts[0] else 0)


if __name__ == "__main__":
    main()
