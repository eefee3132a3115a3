"""Rows of the contract table: what is refused, on every route it can happen on (contract, section 3.2)."""

from pattern import Text
from row import Row

EXECUTE = ("POST executions", "POST code/execute", "POST execute", "POST python/execute")
# Routes that take an identifier, and need no body to be refused.
ABOUT_SESSIONS = (
    "GET files", "GET files/a.txt", "DELETE files/a.txt", "GET files/a.txt/content", "GET files/content/a.txt",
    "GET python/files", "GET session", "DELETE session", "GET endedSessions", "POST .management/getSession",
    "POST .management/stopSession", "GET executions/any", "DELETE executions/any", "GET console",
)  # fmt: skip
UPLOADS = ("POST files", "POST files/upload", "POST python/uploadFile")
LISTS = ("GET metadata", "GET listSessions", "POST .management/listSessions")
ALL = EXECUTE + ABOUT_SESSIONS + UPLOADS + LISTS
WITH_IDENTIFIER = EXECUTE + ABOUT_SESSIONS + UPLOADS
VERSION = "api-version=2025-10-02-preview"
CODE = {"code": "1"}
CHALLENGE = {"www-authenticate": Text('^Bearer realm="cloister"')}

# what, raw query, code
QUERIES = (
    ("no query", "", "InvalidApiVersion"),
    ("no version", "identifier={id}", "InvalidApiVersion"),
    ("an unknown version", "api-version=2020-01-01&identifier={id}", "InvalidApiVersion"),
    ("two versions", f"{VERSION}&{VERSION}&identifier={{id}}", "InvalidApiVersion"),
    ("a version that is no UTF-8", "api-version=%ff&identifier={id}", "InvalidApiVersion"),
)
# What is refused also where the first clients, which send no version, are served.
REQUIRED = {query for _, query, _ in QUERIES[2:]}
IDENTIFIERS = (
    ("no identifier", VERSION, "SessionRequestValidationFailed"),
    ("a short identifier", f"{VERSION}&identifier=abc", "InvalidLengthOfSessionIdentifier"),
    ("an empty identifier", f"{VERSION}&identifier=", "InvalidLengthOfSessionIdentifier"),
    ("a long identifier", f"{VERSION}&identifier=" + "a" * 129, "InvalidLengthOfSessionIdentifier"),
    ("two identifiers", f"{VERSION}&identifier={{id}}&identifier={{id}}", "SessionRequestValidationFailed"),
    ("a space in it", f"{VERSION}&identifier=ab%20cd", "SessionRequestValidationFailed"),
    ("no ASCII in it", f"{VERSION}&identifier=abc%C3%A9", "SessionRequestValidationFailed"),
    ("a NUL in it", f"{VERSION}&identifier=abc%00", "SessionRequestValidationFailed"),
    ("a backslash in it", f"{VERSION}&identifier=abc%5C", "SessionRequestValidationFailed"),
    ("no UTF-8 in it", f"{VERSION}&identifier=abcd%ff", "SessionRequestValidationFailed"),
)
# what, body, status, code
BODIES = (
    ("no body", None, 400, "SessionPropertiesMissing"),
    ("no JSON", "code=1", 400, "SessionPropertiesMissing"),
    ("half of it", '{"code": "1"', 400, "SessionPropertiesMissing"),
    ("a list", "[]", 400, "SessionPropertiesMissing"),
    ("no code", "{}", 400, "SessionPropertiesMissing"),
    ("properties without code", {"properties": {}}, 400, "SessionPropertiesMissing"),
    ("properties that are none", {"properties": 5}, 400, "SessionPropertiesMissing"),
    ("code that is no text", {"code": 5}, 400, "SessionRequestValidationFailed"),
    ("no base64", {"code": "!", "codeInputType": "InlineBase64"}, 400, "SessionRequestValidationFailed"),
    (
        "base64 that is no text",
        {"code": "/w==", "codeInputType": "InlineBase64"},
        400,
        "SessionRequestValidationFailed",
    ),
    ("an unknown kind of code", {"code": "1", "codeInputType": "Zip"}, 400, "SessionRequestValidationFailed"),
    ("an unknown kind of execution", {"code": "1", "executionType": "Later"}, 400, "SessionRequestValidationFailed"),
    ("no time", {"code": "1", "timeoutInSeconds": 0}, 400, "SessionRequestValidationFailed"),
    ("too much time", {"code": "1", "timeoutInSeconds": 221}, 400, "SessionRequestValidationFailed"),
    ("time as text", {"code": "1", "timeoutInSeconds": "5"}, 400, "SessionRequestValidationFailed"),
    ("half a second", {"code": "1", "timeoutInSeconds": 0.5}, 400, "SessionRequestValidationFailed"),
    ("a negative length", {"code": "1", "outputStreamsMaxLength": -1}, 400, "SessionRequestValidationFailed"),
    ("a command for a shell", {"shellCommand": "ls"}, 400, "SessionRequestNotSupported"),
    ("too much code", {"code": "#" * ((1 << 20) + 1)}, 413, "PayloadTooLarge"),
    ("much too long a body", " " * (7 << 20), 413, "PayloadTooLarge"),
)

# path, Allow
METHODS = (
    ("executions", "POST"), ("executions/any", "GET, HEAD, DELETE"), ("metadata", "GET, HEAD"), ("/openapi.json", "GET, HEAD"),
    ("code/execute", "POST"), ("execute", "POST"), ("python/execute", "POST"),
    ("files", "GET, HEAD, POST"), ("session", "GET, HEAD, DELETE"), ("listSessions", "GET, HEAD"),
    ("endedSessions", "GET, HEAD"), (".management/getSession", "GET, HEAD, POST"),
    (".management/listSessions", "GET, HEAD, POST"), (".management/stopSession", "POST"),
    ("python/files", "GET, HEAD"), ("python/uploadFile", "POST"), ("python/downloadFile", "GET, HEAD"),
    ("/cloister/v1/keys", "GET, HEAD, POST"), ("/cloister/v1/pools", "GET, HEAD"), ("/healthz", "GET, HEAD"), ("/readyz", "GET, HEAD"),
)  # fmt: skip


def _body(route):
    return CODE if route in EXECUTE else None


ROWS = [
    *(Row(what, route, 400, code, raw=query, body=_body(route)) for what, query, code in QUERIES for route in ALL
      if query in REQUIRED or not route.partition(" ")[2].startswith("python/")),
    *(Row(what, route, 400, code, raw=query, body=_body(route)) for what, query, code in IDENTIFIERS for route in WITH_IDENTIFIER),
    *(Row(what, route, status, code, body=body) for what, body, status, code in BODIES for route in EXECUTE),
    *(Row("no key", route, 401, "Unauthorized", key=None, has=CHALLENGE) for route in ALL + ("GET /cloister/v1/keys",)),
    *(Row("a wrong key", route, 401, "Unauthorized", key="wrong", has={"www-authenticate": Text("invalid_token")})
      for route in ALL + ("GET /cloister/v1/keys",)),
    *(Row("a key for another pool", route, 403, key="elsewhere", has={"www-authenticate": Text("insufficient_scope")})
      for route in ALL),
    Row("a key that may not make keys", "GET /cloister/v1/keys", 403, key="executor"),
    Row("a key that may not see nodes", "GET /cloister/v1/nodes", 403, key="executor", raw=""),
    Row("a key that may not make tokens", "POST /cloister/v1/tokens", 403, key="executor", raw="", body={}),
    Row("nor one of them", "GET /cloister/v1/nodes/worker-1", 403, key="executor", raw=""),
    *(Row("nor change one", route, 403, key="executor", raw="")
      for route in ("DELETE /cloister/v1/nodes/worker-1", "POST /cloister/v1/nodes/worker-1/drain", "POST /cloister/v1/nodes/worker-1/undrain")),
    Row("nor metrics", "GET /metrics", 403, key="executor", raw=""),
    Row("nor consoles", "GET console", 403, key="executor"),
    Row("every key may ask for the version", "GET /cloister/v1/version", 200, {"version": str}, key="executor", raw=""),
    Row("no key may not", "GET /cloister/v1/version", 401, "Unauthorized", key=None, raw=""),
    Row("a key that holds no more", "GET session", 401, "Unauthorized", key="expired"),
    *(Row("over the rate", route, 429, "TooManyRequests", key="limited",
          has={"retry-after": Text("^[0-9]+$"), "ratelimit-remaining": "0", "ratelimit-limit": "1", "ratelimit-reset": Text("^[0-9]+$")})
      for route in ("POST executions", "POST code/execute", "GET files", "GET session")),
    *(Row("an unknown pool", f"POST {place}/executions", 404, "SessionPoolNotFound", body=CODE)
      for place in ("/pools/nothing", "/subscriptions/s/resourceGroups/g/sessionPools/nothing")),
    *(Row("a pool that cannot be", f"POST /pools/{name}/executions", 400, "SessionPoolInvalidName", body=CODE)
      for name in ("1", "a", "a%20b", "%C3%A9%C3%A9", "a" * 64)),
    *(Row("no such route", f"GET {path}", 404, "NotFound")
      for path in ("/", "/pools", "/pools/python", "nothing", "code", "python", ".management/nothing", "/cloister/v1/nothing")),
    *(Row("no such method", f"{method} {path}", 405, "MethodNotAllowed", has={"allow": allow})
      for path, allow in METHODS for method in ("PUT", "PATCH", "DELETE") if method not in allow),
    *(Row("an operation-id that is none", route, 400, "SessionRequestValidationFailed", body=CODE, headers={"operation-id": id})
      for route in EXECUTE for id in ("a b", "a/b", "a" * 129)),
    *(Row("a compressed body", route, 415, "UnsupportedMediaType", body=CODE, headers={"Content-Encoding": "gzip"})
      for route in EXECUTE),
]  # fmt: skip
