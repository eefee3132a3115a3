"""Reads a stream of server-sent events as it comes."""

import json
import time

import cluster
import wire


class Event:
    def __init__(self, name, id, data):
        self.name = name
        self.id = id
        self.data = data

    def __repr__(self):
        return f"{self.name} {self.id} {str(self.data)[:300]}"


class Stream:
    """An open stream; iterating waits for the next event, at most for `seconds`."""

    def __init__(self, method, target, body=None, last=None, seconds=60, headers=None):
        self.connection = wire.connect(seconds)
        self.connection.putrequest(method, target, skip_accept_encoding=True)
        fields = {"Authorization": f"Bearer {cluster.current.key}", "Accept": "text/event-stream", **(headers or {})}
        if last is not None:
            fields["Last-Event-ID"] = last
        if body is not None:
            fields["Content-Length"] = str(len(body))
        for name, value in fields.items():
            self.connection.putheader(name, value)
        self.connection.endheaders(body)
        self.answer = self.connection.getresponse()
        self.began = time.monotonic()

    @property
    def status(self):
        return self.answer.status

    def header(self, name):
        return self.answer.getheader(name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.answer.close()
        self.connection.close()

    def __iter__(self):
        name, id, data = "message", None, []
        while line := self.answer.readline():
            line = line.decode().rstrip("\n")
            field, _, value = line.partition(": ")
            match field:
                case "event":
                    name = value
                case "id":
                    id = value
                case "data":
                    data.append(value)
                case "" if not line and data:
                    yield Event(name, id, json.loads("\n".join(data)))
                    name, data = "message", []

    def until(self, name):
        """All events up to the first of a kind, which has to come."""
        events = []
        for event in self:
            events.append(event)
            if event.name == name:
                return events
        raise AssertionError(f"the stream ended without '{name}': {events}")


def begin(code, identifier, pool="python", seconds=60, headers=None, **members):
    """Runs code and reads what it does."""
    body = json.dumps({"code": code, **members} if pool != "shell" else {"shellCommand": code, **members}).encode()
    return Stream("POST", wire.target("executions", identifier, pool), body, seconds=seconds, headers=headers)


def text(events, name):
    return "".join(event.data["text"] for event in events if event.name == name)
