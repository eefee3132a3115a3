"""HTTP as a client outside speaks it: through the balancer, over TLS, from a namespace of its own."""

import http.client
import json
import socket
import ssl
import time
import urllib.parse
import uuid

import network

VERSION = "2025-10-02-preview"
POOL = "shell"
SECONDS = 40


class Answer:
    """What came back; the status is 0 when the connection broke."""

    def __init__(self, status, headers, body, began):
        self.status = status
        self.headers = headers
        self.body = body
        self.began = began
        self.ended = time.monotonic()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of an error, or what broke; None for success."""
        if self.status == 200:
            return None
        return self.headers.get("x-ms-error-code") or f"({self.body[:200].decode(errors='replace')})"

    @property
    def instance(self):
        return self.headers.get("x-ms-session-guid")

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:800]!r}"


class Client:
    """Makes connections and sends requests; threads may share it, connections not."""

    def __init__(self, space, host, port, key, authority):
        self.space, self.host, self.port, self.key = space, host, port, key
        self.context = ssl.create_default_context(cafile=authority)

    def at(self, host, port):
        """The same client, aimed at another server."""
        other = object.__new__(Client)
        other.space, other.host, other.port, other.key, other.context = self.space, host, port, self.key, self.context
        return other

    def connect(self, timeout=SECONDS):
        """A connection; only its socket's birth needs the namespace."""
        line = http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.context)

        def dial(address, limit=None, _source=None):
            with network.inside(self.space):
                made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            made.settimeout(limit)
            try:
                made.connect(address)
            except OSError:
                made.close()
                raise
            return made

        line._create_connection = dial
        return line

    def send(self, method, target, body=None, headers=None, connection=None, timeout=SECONDS):
        """Sends one request and reads the answer; what breaks is an answer with status 0."""
        began = time.monotonic()
        line = connection or self.connect(timeout)
        fields = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        if body is not None:
            fields["Content-Type"] = "application/json"
        try:
            line.request(method, target, body, fields)
            answer = line.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read(), began)
        except (OSError, http.client.HTTPException) as error:
            line.close()
            return Answer(0, {}, f"{type(error).__name__}: {error}".encode(), began)
        finally:
            if connection is None:
                line.close()

    def get(self, target, **options):
        return self.send("GET", target, timeout=5, **options)

    def run(self, command, identifier, operation=None, connection=None, timeout=SECONDS, **members):
        """Runs a shell command in a session."""
        body = json.dumps({"shellCommand": command, **members}).encode()
        headers = {"operation-id": operation or uuid.uuid4().hex}
        return self.send("POST", target("executions", identifier), body, headers, connection, timeout)

    def stop(self, identifier):
        return self.send("DELETE", target("session", identifier))

    def ended(self, identifier):
        """The tombstones of an identifier, newest first."""
        answer = self.get(target("endedSessions", identifier))
        return answer.json["value"] if answer.status == 200 else []

    def live(self):
        """The identifiers of all live sessions; None when the cluster cannot tell."""
        answer = self.get(target("listSessions"))
        return [entry["identifier"] for entry in answer.json["sessions"]] if answer.status == 200 else None


def target(route, identifier=None):
    pairs = [("api-version", VERSION)] + ([("identifier", identifier)] if identifier else [])
    return f"/pools/{POOL}/{route}?" + urllib.parse.urlencode(pairs)
