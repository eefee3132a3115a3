"""A row of the contract table, and how one is asked and compared."""

import copy
import dataclasses
import json
import urllib.parse

import pattern
import wire

POOL = "/pools/python/"
AZURE = "/subscriptions/any%20subscription/resourceGroups/any-group/sessionPools/python/"
# Everything that Azure ever advertised (contract, section 5.1).
VERSIONS = (
    "2023-08-01-preview", "2023-11-02-preview", "2024-02-02-preview", "2024-08-02-preview", "2024-10-02-preview",
    "2025-01-01", "2025-02-02-preview", "2025-07-01", "2025-10-02-preview", "2026-01-01", "2026-03-02-preview",
    "2026-07-01",
)  # fmt: skip
BEFORE_FLAT = VERSIONS[:4]
FLAT = VERSIONS[4:]
NATIVE = VERSIONS[5:]
LATEST = ("2025-10-02-preview",)


@dataclasses.dataclass
class Row:
    """One request, and what has to come back.

    `route` is "METHOD path"; a path without a slash in front is below the pool and asked once below each prefix.
    `query` is what follows api-version and identifier; `raw` replaces all of it. In route, query and body {id} is the
    identifier of the table's session, {new} one that nobody has, {stopped} one whose session was stopped.
    """

    what: str
    route: str
    status: int
    json: object = None
    versions: tuple = LATEST
    query: str = ""
    raw: str | None = None
    id: str = "{id}"
    body: object = None
    headers: dict = dataclasses.field(default_factory=dict)
    key: str | None = "file"
    # The very bytes, or `bytes` for any.
    content: bytes | type | None = None
    has: dict = dataclasses.field(default_factory=dict)
    # Below one prefix only, for what takes long and cannot depend on it.
    once: bool = False

    @property
    def method(self):
        return self.route.split(" ", 1)[0]

    @property
    def path(self):
        return self.route.split(" ", 1)[1]

    def cases(self):
        """(version, prefix) of all requests that the row stands for."""
        prefixes = ("",) if self.path.startswith("/") else (POOL,) if self.once else (POOL, AZURE)
        versions = self.versions if self.raw is None else (None,)
        return [(version, prefix) for version in versions for prefix in prefixes]

    def ask(self, version, prefix, names, keys):
        fill = lambda text: _filled(text, names, urllib.parse.quote)
        pairs = [f"api-version={version}"] + ([f"identifier={self.id}"] if self.id else [])
        query = self.raw if self.raw is not None else "&".join(pairs + ([self.query] if self.query else []))
        target = prefix + fill(self.path) + (f"?{fill(query)}" if query else "")
        body = self.body
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = _filled(body, names, str).encode()
        headers = {name: _filled(value, names, str) for name, value in self.headers.items()}
        key = keys[self.key] if self.key is not None else None
        return wire.send(self.method, target, body, headers, key)

    def complaint(self, answer, names):
        """Why the answer is not what the row says, or None."""
        if answer.status != self.status:
            return f"status {answer.status}, not {self.status}"
        return self._wrong_headers(answer, names) or self._wrong_body(answer, names)

    def _wrong_headers(self, answer, names):
        for name, expected in {"api-supported-versions": pattern.Text(r"2024-10-02-preview"), **self.has}.items():
            value = answer.header(name)
            wrong = value if expected is None else pattern.mismatch(value, _filled_pattern(expected, names), name)
            if wrong:
                return wrong
        return None if answer.header("x-ms-request-id") else "no x-ms-request-id"

    def _wrong_body(self, answer, names):
        if self.method == "HEAD" or self.status in (204, 304, 403):
            return f"a body: {answer.body!r}" if answer.body else None
        if self.content is bytes:
            return None
        if self.content is not None:
            return None if answer.body == self.content else "other bytes"
        try:
            value = answer.json
        except ValueError:
            return f"no JSON: {answer.body[:200]!r}"
        # What JSON-RPC refuses has its form; the row says it whole.
        if self.status >= 400 and not isinstance(self.json, dict):
            return _wrong_error(value, self.json, answer)
        return pattern.mismatch(value, _filled_pattern(self.json, names)) if self.json is not None else None


def _wrong_error(value, code, answer):
    """Every error has the contract's one form (section 3.1)."""
    members = {"code": code, "message": pattern.Text(r"\S"), "traceId": answer.header("x-ms-request-id")}
    form = {"error": members}
    if answer.status == 429:
        form |= {"code": code, "message": pattern.Text(r"\S")}
    else:
        form = pattern.Exactly(form)
    if answer.header("x-ms-error-code") != code:
        return f"x-ms-error-code is {answer.header('x-ms-error-code')}"
    return pattern.mismatch(value, form)


def _filled(text, names, encode):
    for name, value in names.items():
        text = text.replace("{" + name + "}", encode(value))
    return text


def _filled_pattern(value, names):
    if isinstance(value, dict):
        return type(value)({name: _filled_pattern(each, names) for name, each in value.items()})
    if isinstance(value, (pattern.Having, pattern.ListOf)):
        filled = copy.copy(value)
        filled.pattern = _filled_pattern(value.pattern, names)
        return filled
    if isinstance(value, pattern.OneOf):
        return value
    if isinstance(value, list):
        return [_filled_pattern(each, names) for each in value]
    return _filled(value, names, str) if type(value) is str else value
