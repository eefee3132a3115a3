"""Clients that use sessions all the time and write down what came back."""

import threading
import time
import uuid

# Only what bash does by itself: a program more for each request would be the load of the guests, not of the cluster.
COMMAND = (
    'cd /mnt/data; [ -e marks ] || echo "session of {identifier}" > marks; '
    'echo "{token}" >> marks; {work} printf "%s\\n" "$(<marks)"'
)

# What the times in a failure count from.
START = time.monotonic()


class Record:
    """One request and what came back."""

    def __init__(self, identifier, token, answer):
        self.identifier, self.token, self.answer = identifier, token, answer
        self.status, self.code, self.instance = answer.status, answer.code, answer.instance
        lines = answer.json["result"]["stdout"].splitlines() if answer.status == 200 else []
        self.owner, self.marks = (lines[0] if lines else None), lines[1:]

    @property
    def is_success(self):
        return self.status == 200

    def __repr__(self):
        began, ended = self.answer.began, self.answer.ended
        return f"{self.identifier} {self.status} {self.code} {self.instance} {ended - began:.2f} s from {began - START:.2f}"


def request(client, identifier, connection=None, work="", timeout=40, token=None):
    """Leaves a unique mark in the session's file and reads all marks there."""
    token = token or uuid.uuid4().hex
    command = COMMAND.format(identifier=identifier, token=token, work=work)
    return Record(identifier, token, client.run(command, identifier, token, connection, timeout))


class Load:
    """As a context: one client for each identifier, each sends its next request when the last was answered."""

    def __init__(self, cluster, count=7, pace=0.2, also=()):
        self.client = cluster.client
        self.pace = pace
        self.identifiers = [f"load-{uuid.uuid4().hex[:12]}" for _ in range(count)]
        # Sessions that were begun before the load.
        self.identifiers += [record.identifier for record in also]
        self.records = list(also)
        self._ends = threading.Event()
        self._threads = []

    def __enter__(self):
        self.begin()
        return self

    def __exit__(self, *_):
        self.end()
        stopping = []
        for thread in [threading.Thread(target=self.client.stop, args=(name,)) for name in self.identifiers]:
            thread.start()
            stopping.append(thread)
        for thread in stopping:
            thread.join()

    def begin(self):
        self._threads = [threading.Thread(target=self._use, args=(name,), daemon=True) for name in self.identifiers]
        for thread in self._threads:
            thread.start()
        self.wait_for_success_of_all(30)

    def end(self):
        """No more requests; those under way are waited for."""
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _use(self, identifier):
        line = self.client.connect()
        while not self._ends.is_set():
            # The list only grows, and appending is one step.
            self.records.append(request(self.client, identifier, line))
            self._ends.wait(self.pace)
        line.close()

    def since(self, moment):
        """What was asked after a moment and has been answered."""
        return [record for record in list(self.records) if record.answer.began >= moment]

    def wait_for_success_of_all(self, seconds, since=0.0):
        """Waits until each session has answered a request that was sent after a moment."""
        deadline = time.monotonic() + seconds
        while True:
            good = {record.identifier for record in self.since(since) if record.is_success}
            missing = set(self.identifiers) - good
            if not missing:
                return
            if time.monotonic() > deadline:
                last = [record for record in list(self.records) if record.identifier in missing][-8:]
                raise AssertionError(f"no success for {len(missing)} sessions within {seconds} s; last: {last}")
            time.sleep(0.02)

    def instance(self, identifier):
        """The present life of a session."""
        return next(r.instance for r in reversed(list(self.records)) if r.identifier == identifier and r.is_success)
