"""Requests byte for byte, and nothing between a test and the wire but http.client."""

import http.client
import json
import urllib.parse
import uuid

import cluster

LATEST = "2025-10-02-preview"
SECONDS = 60


class Answer:
    """What came back."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of an error; None when this is none."""
        return self.json.get("error", {}).get("code")

    def header(self, name):
        return self.headers.get(name.lower())

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:2000]!r}"


def connect(timeout=SECONDS):
    address = urllib.parse.urlsplit(cluster.current.url)
    return http.client.HTTPConnection(address.hostname, address.port, timeout=timeout)


def send(method, target, body=None, headers=None, key=..., timeout=SECONDS, connection=None):
    """Sends one request; `target` goes out as it is, `key` is ours unless another or none is given."""
    fields = dict(headers or {})
    if key is ...:
        key = cluster.current.key
    if key is not None:
        fields.setdefault("Authorization", f"Bearer {key}")
    line = connection or connect(timeout)
    try:
        line.putrequest(method, target, skip_accept_encoding=True)
        if body is not None and "Content-Length" not in fields:
            fields["Content-Length"] = str(len(body))
        for name, value in fields.items():
            line.putheader(name, value)
        line.endheaders(body)
        answer = line.getresponse()
        content = answer.read()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
    finally:
        if connection is None:
            line.close()


def target(route, identifier=None, pool="python", version=LATEST, **query):
    """The path and query of a route below a pool."""
    pairs = [("api-version", version)] if version else []
    if identifier is not None:
        pairs.append(("identifier", identifier))
    pairs += query.items()
    return f"/pools/{pool}/{route}?" + urllib.parse.urlencode(pairs, quote_via=urllib.parse.quote, safe="")


def run(code, identifier, pool="python", timeout=SECONDS, **members):
    """Runs code in a session and returns the flat answer."""
    body = json.dumps({"code": code, **members}).encode()
    return send("POST", target("executions", identifier, pool), body, timeout=timeout)


def form(files, boundary="boundary-of-the-test"):
    """A multipart body of (name, bytes) pairs, and its headers."""
    body = b""
    for name, content in files:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        body += b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def upload(identifier, name, content, pool="python", **query):
    body, headers = form([(name, content)])
    return send("POST", target("files", identifier, pool, **query), body, headers)


def stop(identifier, pool="python"):
    return send("DELETE", target("session", identifier, pool))


def fresh(prefix="client"):
    """An identifier that nobody has."""
    return f"{prefix}-{uuid.uuid4().hex}"


def terminal(identifier, command, pool="python", **members):
    """Opens a terminal and returns its id."""
    body = json.dumps({"command": command, **members}).encode()
    answer = send("POST", target("terminals", identifier, pool), body)
    if answer.status != 201:
        raise AssertionError(answer)
    return answer.json["id"]
