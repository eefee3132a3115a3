"""A client of the mix: its session, and what it knows to be in it."""

import json
import threading
import uuid

import wire


class Wrong(Exception):
    """What came back is not what it had to be."""


def expect(is_right, *evidence):
    if not is_right:
        raise Wrong(" ".join(map(repr, evidence)))


def stop_all(identifier):
    """Ends the sessions of a name in all pools."""
    for pool in ("python", "node", "shell"):
        wire.stop(identifier, pool)


class Client:
    """A client with a session of its own, and what it knows to be in it."""

    def __init__(self, number, lots):
        self.number = number
        self.lots = lots
        self.connection = None
        self.forget()

    def forget(self):
        """Goes on with another session, for what is in the one is not known any more."""
        self.close()
        if hasattr(self, "identifier"):
            threading.Thread(target=stop_all, args=(self.identifier,), daemon=True).start()
        self.identifier = f"mix-{self.number}-{uuid.UUID(int=self.lots.getrandbits(128))}"
        self.count = None
        self.files = {}

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def end(self):
        self.close()
        stop_all(self.identifier)

    def send(self, method, target, body=None, headers=None, **options):
        if self.connection is None:
            self.connection = wire.connect(timeout=240)
        return wire.send(method, target, body, headers, connection=self.connection, **options)

    def execute(self, code, **members):
        body = json.dumps({"code": code, "timeoutInSeconds": 120, **members}).encode()
        answer = self.send("POST", wire.target("executions", self.identifier), body)
        expect(answer.status == 200, answer)
        expect(answer.json["identifier"] == self.identifier, answer)
        return answer.json

    @property
    def has_begun(self):
        """Whether the session has its variables."""
        return self.count is not None
