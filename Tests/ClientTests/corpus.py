"""Requests that have hurt servers before; each is a whole request but for host and key, which `{head}` stands for."""

import json

PLACE = "/pools/python/executions?api-version=2025-10-02-preview&identifier=fuzz-corpus"
FILES = "/pools/python/files{}?api-version=2025-10-02-preview&identifier=fuzz-corpus"


def post(body, target=PLACE, headers=b""):
    body = body if isinstance(body, bytes) else body.encode()
    return (
        f"POST {target} HTTP/1.1\r\n".encode() + b"{head}" + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body
    )


def get(target):
    target = target if isinstance(target, bytes) else target.encode()
    return b"GET " + target + b" HTTP/1.1\r\n{head}\r\n"


def form(body, headers=b"Content-Type: multipart/form-data; boundary=b\r\n"):
    return post(body, FILES.format(""), headers)


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'

BODIES = [
    "[" * 200_000, '{"a":' * 100_000, '{"code":' + "[" * 50_000 + "]" * 50_000 + "}", '{"code":"1","x":' + "9" * 100_000 + "}",
    '{"code":"1","timeoutInSeconds":1e400}', '{"code":"1","timeoutInSeconds":' + "9" * 400 + "}", '{"code":"1","timeoutInSeconds":1e2}',
    '{"code":"1","timeoutInSeconds":-0}', '{"code":"1","outputStreamsMaxLength":99999999999999999999}', '{"code":"\\ud800"}',
    '{"code":"\\udc00\\ud800"}', '{"code":"a\\u0000b"}', '{"code":"\x00"}', b'{"code":"\xff\xfe"}', b"\xef\xbb\xbf{\"code\":\"1\"}",
    '{"code":"1"}'.encode("utf-16"), '{"code":"1"}'.encode("utf-32-be"), '{"code":"1","code":"2"}', '{"CODE":"1"}', '{"code":"1"}{"code":"2"}',
    '{"code":"1"} x', '{"code":1e999}', '{"code":NaN}', "null", "true", "0", '"1"', " ", "\x00" * 1000, '{"code":"1","codeInputType":"InlineBase64"}',
    '{"code":"' + "/w" * 1000 + '=","codeInputType":"InlineBase64"}', '{"properties":{"properties":{"code":"1"}}}', '{"properties":[{"code":"1"}]}',
    '{"properties":null,"code":"1"}', '{"\\u0063ode":"1"}', json.dumps({"x%d" % number: number for number in range(20_000)} | {"code": "1"}),
    '{"code":"1","identifier":{"a":1}}', '{"code":"import sys"}' + " " * 100_000, "{'code':'1'}", '{"code":"1",}', '/**/{"code":"1"}',
]  # fmt: skip

FORMS = [
    b"", b"--b", b"--b--", b"--b\r\n", b"--b--\r\n", b"\r\n--b--\r\n", PART, PART + b"x", PART + b"x\r\n--b", PART + b"x\r\n--b-",
    PART + b"x\r\n--b--", PART + b"x\r\n--b \t\r\n" + PART + b"y\r\n--b--\r\n", PART * 500 + b"\r\n--b--", PART[:-2] + b"x\r\n--b--\r\n",
    PART.replace(b'"f"', b'"a\\"b"') + b"\r\n--b--", PART.replace(b'"f"', b'"a') + b"\r\n--b--", PART.replace(b'"f"', b'""') + b"\r\n--b--",
    PART.replace(b'"f"', b'"\x00"') + b"\r\n--b--", PART.replace(b'"f"', b'"\xff\xfe"') + b"\r\n--b--", PART.replace(b'"f"', b'"../../../../etc/x"') + b"\r\n--b--",
    PART.replace(b'"f"', b'"/etc/passwd"') + b"\r\n--b--", PART.replace(b'"f"', b'"..%2f..%2fx"') + b"\r\n--b--", PART.replace(b'"f"', b'"' + b"n" * 5000 + b'"') + b"\r\n--b--",
    PART.replace(b'filename="f"', b"filename*=utf-8''%ff%00") + b"\r\n--b--", PART.replace(b'filename="f"', b"filename*=utf-7''+AC8-") + b"\r\n--b--",
    PART.replace(b'"f"', b'"f"; filename="g"; filename*=x') + b"\r\n--b--", PART.replace(b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 5000 + b"\r\n") + b"\r\n--b--",
    PART.replace(b"\r\n", b"\n") + b"\n--b--\n", b"preamble\r\n" + PART + b"x\r\n--b--epilogue", PART + b"\r\n--b" * 2000, PART + b"--b--" * 2000 + b"\r\n--b--",
    PART.replace(b'"f"', b'".cloister-upload-x"') + b"\r\n--b--", b"--b\r\nContent-Disposition: form-data\r\n\r\n\r\n--b--", b"--b\r\n" + b"y" * 100_000,
    b"--b\r\n\r\n\r\n--b--", b"--b\r\nContent-Disposition: attachment; filename=x\r\n\r\n1\r\n--b--\r\n",
]  # fmt: skip

LABELS = [
    b"", b"Content-Type: multipart/form-data\r\n", b"Content-Type: multipart/form-data; boundary=\r\n", b'Content-Type: multipart/form-data; boundary="\r\n',
    b"Content-Type: multipart/form-data; boundary=" + b"b" * 5000 + b"\r\n", b"Content-Type: multipart/form-data; boundary=b; boundary=c\r\n",
    b"Content-Type: text/html\r\n", b'Content-Type: multipart/form-data; boundary="b\\""\r\n', b"Content-Type: multipart/mixed; boundary=b\r\n",
]  # fmt: skip

NAMES = [
    "/..", "/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/..%5c..%5cx", "/%252e%252e%252fx", "/%00", "/a%00.txt",
    "/%c0%ae%c0%ae/%c0%af", "/%ff", "/%ed%a0%80", "/%f4%90%80%80", "/" + "a" * 5000, "/" + "a/" * 2000, "/%", "/%4", "/%zz", "/.", "/~root", "/*", "/{name}",
    "/:name", "/**", "/content", "/content/", "/content/content", "/content/content/content", "/upload", "/a//b", "/%2f%2f", "/con", "/%0d%0aX: y", "/a;b", "/a%3fb",
    "/%F0%9F%98%80", "/.cloister-upload-1", "/proc/self/environ", "/mnt/data/../../etc/passwd", "//etc/passwd",
]  # fmt: skip

RAW = [
    b"\x00" * 100, b"\r\n" * 1000, b"GET", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /\r\n\r\n", b"G\x00T / HTTP/1.1\r\n\r\n", b"GET " + b"/" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n", b"GET / HTTP/1.1\r\nA: " + b"b" * 200_000 + b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"CONNECT example.com:443 HTTP/1.1\r\n{head}\r\n", b"OPTIONS * HTTP/1.1\r\n{head}\r\n", b"TRACE / HTTP/1.1\r\n{head}\r\n",
    b"GET http://example.com/pools/python/session HTTP/1.1\r\n{head}\r\n", b"POST " + PLACE.encode() + b" HTTP/1.1\r\n{head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
    b"POST " + PLACE.encode() + b" HTTP/1.1\r\n{head}Content-Length: -1\r\n\r\n", b"POST " + PLACE.encode() + b" HTTP/1.1\r\n{head}Content-Length: 99999999999999999999\r\n\r\n",
    b"POST " + PLACE.encode() + b" HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET", b"POST " + PLACE.encode() + b" HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    b"POST " + PLACE.encode() + b" HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"POST " + PLACE.encode() + b" HTTP/1.1\r\n{head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST " + PLACE.encode() + b" HTTP/1.1\r\n{head}Content-Length: 12\r\n\r\n{\"code\":", b"GET / HTTP/1.1\r\n Folded: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\nHost: a\n\n", b"GET\t/\tHTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nAuthorization\r\n\r\n", b"GET /\xff\xfe HTTP/1.1\r\n{head}\r\n", b"GET /%e9 HTTP/1.1\r\n{head}\r\n",
    b"HEAD " + PLACE.encode() + b" HTTP/1.1\r\n{head}\r\n", b"POST " + PLACE.encode() + b" HTTP/1.1\r\n{head}Expect: 200-maybe\r\nContent-Length: 0\r\n\r\n",
    b"GET / HTTP/1.1\r\n{head}Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAAA\r\n\r\n", b"GET / HTTP/1.1\r\n{head}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
]  # fmt: skip

IDENTIFIERS = [
    "a" * 128,
    "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~",
    "../../x",
    "%00%00",
    "CON1",
    "0000",
    "'; DROP TABLE sessions; --",
    "null",
    "${jndi:x}",
]

REQUESTS = (
    [post(body) for body in BODIES]
    + [form(body) for body in FORMS]
    + [form(PART + b"x\r\n--b--\r\n", label) for label in LABELS]
    + [get(FILES.format(name + ending)) for name in NAMES for ending in ("", "/content")]
    + [get(FILES.format("") + "&path=" + name[1:]) for name in NAMES]
    + RAW
)
