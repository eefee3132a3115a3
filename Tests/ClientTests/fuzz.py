"""Makes hostile requests from a seed: the same seed makes the same requests."""

import json
import random

import corpus

KEY = b"{head}"
ROUTES = [
    "executions", "code/execute", "execute", "python/execute", "files", "files/upload", "python/uploadFile", "python/files",
    "python/downloadFile", "files/a.txt", "files/a.txt/content", "files/content/a.txt", "session", "listSessions", "endedSessions",
    ".management/getSession", ".management/listSessions", "metadata", "mcp", "nothing", "",
]  # fmt: skip
MEMBERS = [
    "code", "pythonCode", "codeInputType", "executionType", "timeoutInSeconds", "outputStreamsMaxLength", "useEmptyKernel", "properties",
    "returnJupyterFormat", "shellCommand", "execCommandAndArgs", "stdin", "identifier", "sanitizeInput", "x",
]  # fmt: skip
# Nothing here may run for long or end the session that the requests share.
CODES = ["1", "", "'é'", "print(1)", "1/0", "\0", "\ud800", "😀", "(", "%%bash\ntrue", "None", "[1]"]
VERSIONS = [
    "2025-10-02-preview",
    "2024-02-02-preview",
    "2024-10-02-preview",
    "",
    "x",
    "%ff",
    "2025-10-02-preview&api-version=x",
]
METHODS = ["POST"] * 4 + ["GET"] * 4 + ["PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "get", "X"]
BYTES = [
    b"\0",
    b"\xff",
    b"\r\n",
    b"\n",
    b'"',
    b"{",
    b"}",
    b"[",
    b"\\",
    b"--b",
    b"%00",
    b"..",
    b"/",
    b"\xc0\xae",
    b"\xed\xa0\x80",
    b"A" * 300,
    b"e9",
    b"-",
    b"\\ud800",
]


class Fuzzer:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def request(self):
        """One request, with `{head}` in place of host, key and the wish to end the connection."""
        kind = self.random.choice(
            [
                self.body,
                self.body,
                self.form,
                self.form,
                self.place,
                self.place,
                self.place,
                self.mutant,
                self.mutant,
                self.garbage,
            ]
        )
        return kind()

    def body(self):
        value = json.dumps(self.members(3), ensure_ascii=self.random.random() < 0.5)
        data = value.encode("utf-8", "surrogatepass")
        return corpus.post(
            self.bent(data) if self.random.random() < 0.3 else data,
            self.target(self.random.choice(ROUTES[:4])),
            self.headers(),
        )

    def members(self, depth):
        names = ["code"] * self.random.choice([0, 1, 1, 1]) + self.random.sample(
            MEMBERS, self.random.choice([0, 0, 0, 1, 2, 4])
        )
        return {name: self.value(name, depth) for name in names}

    def value(self, name, depth):
        choice = self.random.random()
        if name == "properties" and depth and choice < 0.8:
            return self.members(depth - 1)
        if name in ("code", "pythonCode") and choice < 0.7:
            return self.random.choice(CODES)
        if name == "timeoutInSeconds" and choice < 0.8:
            return self.random.choice([1, 5, 5, 60, 120, 220, 221, 0, -1, 2**63, 1.5, 1e300])
        if name.endswith("Type") and choice < 0.9:
            return self.random.choice(
                ["Inline", "InlineText"]
                if name == "codeInputType" and choice < 0.6
                else ["Synchronous", "inlinebase64", "x", ""]
            )
        return self.random.choice(
            [
                None,
                True,
                False,
                0,
                -1,
                2**31,
                2**70,
                0.1,
                "",
                "x",
                "1",
                "a" * 2000,
                [],
                [1, [2]],
                {},
                {"a": {"b": []}},
                "\0",
                "\ud83d",
            ]
        )

    def form(self):
        parts = b""
        for _ in range(self.random.choice([0, 1, 1, 1, 1, 2, 40])):
            name = self.random.choice(
                [
                    b"a.txt",
                    b"b.bin",
                    b"c.png",
                    b"d",
                    b"..",
                    b"/etc/x",
                    "é✓".encode(),
                    b"",
                    b"a/b",
                    b"a.b/c",
                    b"\xff",
                    b'a\\"b',
                    b"n" * 300,
                    b"/mnt/data/c",
                ]
            )
            place = self.random.choice(
                [
                    b'name="file"; filename="%s"',
                    b"name=file; filename=%s",
                    b"filename*=UTF-8''%s; name=file",
                    b'name="%s"',
                    b"%s",
                ]
            )
            parts += (
                b"--b\r\nContent-Disposition: form-data; "
                + place % name
                + b"\r\n\r\n"
                + self.random.randbytes(self.random.choice([0, 1, 50, 4000]))
                + b"\r\n"
            )
        whole = parts + b"--b--\r\n"
        if self.random.random() < 0.3:
            whole = self.bent(whole)
        label = self.random.choice([b"Content-Type: multipart/form-data; boundary=b\r\n"] * 3 + corpus.LABELS)
        return corpus.post(whole, self.target(self.random.choice(ROUTES[4:7])), label)

    def place(self):
        method = self.random.choice(METHODS)
        # What would begin, or end, more sessions than a machine has room for is left alone.
        route = (
            self.random.choice(ROUTES)
            if method != "DELETE"
            else self.random.choice(["files/a.txt", "files/b/c", "executions"])
        )
        pieces = [route] + [self.random.choice(corpus.NAMES) for _ in range(self.random.choice([0, 0, 1, 2]))]
        return (
            f"{method} {self.target(''.join(pieces))} HTTP/1.1\r\n".encode("utf-8", "replace")
            + KEY
            + self.headers()
            + b"Content-Length: 0\r\n\r\n"
        )

    def target(self, route):
        prefix = self.random.choice(
            ["/pools/python/"] * 20
            + [
                "/subscriptions/a/resourceGroups/b/sessionPools/python/",
                "//pools//python//",
                "/pools/x/",
                "/pools/%70ython/",
                "/",
            ]
        )
        identifier = self.random.choice(
            ["fuzz-one"] * 60
            + [
                "fuzz-two",
                "abc",
                "",
                "a" * 129,
                "%00%00%00%00",
                "a%20bc",
                "%ff%ff%ff%ff",
                "fuzz-one&identifier=fuzz-two",
                "%C3%A9%C3%A9%C3%A9%C3%A9",
            ]
        )
        more = self.random.choice(
            [""] * 40
            + [
                "&path=..",
                "&path=a%00",
                "&path=" + "a/" * 600,
                "&recursive=maybe",
                "&skip=99999999999999999999",
                "&skip=-1",
                "&filename=..%2fx",
                "&after=%ff",
                "&&&=",
                "&path=a&path=b",
                "&%zz=%zz",
            ]
        )
        return f"{prefix}{route}?api-version={self.random.choice(VERSIONS[:3] * 12 + VERSIONS)}&identifier={identifier}{more}".replace(
            " ", "%20"
        )

    def headers(self):
        return self.random.choice([b""] * 40 + [
            b"operation-id: %s\r\n" % self.random.choice([b"", b"x" * 129, b"a b", b"\xff"]), b"Content-Encoding: gzip\r\n", b"Range: bytes=9-1\r\n", b"Range: bytes=-0\r\n",
            b"Range: bytes=99999999999999999999-\r\n", b"If-None-Match: \"\r\n", b"Accept: */*\r\n", b"X-Forwarded-Proto: \x01\r\n", b"Cookie: " + b"c" * 5000 + b"\r\n",
            b"Authorization: Bearer x\r\n", b"x-ms-apikey: x\r\n", b"Last-Event-ID: -1\r\n",
        ])  # fmt: skip

    def mutant(self):
        return self.bent(self.random.choice(corpus.REQUESTS))

    def garbage(self):
        return self.random.randbytes(self.random.randrange(1, 400)) + self.random.choice([b"", b"\r\n\r\n"])

    def bent(self, data):
        """The bytes with some of them left out, doubled, changed or put elsewhere."""
        data = bytearray(data[:200_000])
        for _ in range(self.random.randrange(1, 6)):
            at = self.random.randrange(len(data) + 1)
            end = min(len(data), at + self.random.choice([1, 1, 2, 8, 60]))
            match self.random.randrange(5):
                case 0:
                    del data[at:end]
                case 1:
                    data[at:at] = data[at:end]
                case 2:
                    data[at:end] = self.random.randbytes(end - at)
                case 3:
                    data[at:at] = self.random.choice(BYTES)
                case _:
                    del data[at:]
        return bytes(data)
