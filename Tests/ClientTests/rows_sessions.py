"""Rows of the contract table: sessions, keys, health (contract, sections 1.5, 1.7)."""

from pattern import Exactly, Having, ListOf, OneOf, Text
from row import VERSIONS, Row
from rows_files import TIME

SINCE = ("2024-02-02-preview", "2025-02-02-preview", "2025-10-02-preview", "2026-07-01")


def session(expiry):
    times = {"createdAt": TIME, "lastAccessedAt": TIME, expiry: TIME}
    return Exactly({"identifier": str, "etag": Text("."), **times})


END = Exactly({"identifier": "{stopped}", "cause": "stopped", "endedAt": TIME, "worker": str})
PACKAGE = Exactly({"name": Text("."), "version": Text(".")})
INSTALLED = {
    "runtimes": ListOf(PACKAGE),
    "preInstalledPackages": ListOf(PACKAGE),
    "createdAt": TIME,
    "lastUpdatedAt": TIME,
}
NODE = {"name": str, "role": str, "state": "serving", "address": Text("^tcp://"), "incarnation": Text("^[0-9a-f]+$"),
        "sessions": int, "version": Text(r"^\d"), "startedAt": TIME}
READY = Exactly({"pool": str, "wanted": int, "ready": int, "starting": int})
WORKER = Exactly({**NODE, "name": "worker-1", "role": "worker", "epoch": int, "lastSeenAt": TIME, "ready": ListOf(READY),
                  "capacity": Exactly({"sessions": int, "weight": int}), "ringShare": OneOf(int, float)})
KEY = {"id": Text("^key-"), "name": "made by a row", "roles": ["executor"], "pools": ["python"]}

ROWS = [
    Row("a session", "GET session", 200, session("expireAt"), VERSIONS),
    Row("no session", "GET session", 404, "NoSessionFoundError", VERSIONS, id="{new}"),
    Row("a stopped session says why", "GET session", 404, "NoSessionFoundError", id="{stopped}",
        has={"x-ms-cloister-session-end-cause": "stopped", "x-ms-cloister-session-ended-at": TIME}),
    Row("sessions", "GET listSessions", 200, {"sessions": Having(session("expireAt"))}, SINCE, id=""),
    Row("the rest of them", "GET listSessions", 200, {"sessions": []}, id="", query="skip=100000"),
    Row("skip is no number", "GET listSessions", 400, "SessionRequestValidationFailed", id="", query="skip=-1"),
    Row("a session, managed", "POST .management/getSession", 200, session("expiresAt"), SINCE),
    Row("the same by GET", "GET .management/getSession", 200, session("expiresAt")),
    Row("no session, managed", "POST .management/getSession", 400, "SessionWithIdentifierNotFound", SINCE, id="{new}"),
    Row("sessions, managed", "POST .management/listSessions", 200,
        Exactly({"value": ListOf(session("expiresAt")), "count": int, "nextLink": None}), SINCE, id=""),
    Row("the same by GET", "GET .management/listSessions", 200, {"value": list, "count": int}, id="", query="skip=0"),
    Row("nothing to stop", "POST .management/stopSession", 400, "SessionWithIdentifierNotFound", SINCE, id="{new}"),
    Row("nothing to delete", "DELETE session", 204, versions=SINCE, id="{new}"),
    Row("why it ended", "GET endedSessions", 200, Exactly({"value": Having(END)}), id="{stopped}"),
    Row("no end", "GET endedSessions", 200, Exactly({"value": []}), id="{new}"),
    Row("a session is begun", "POST /pools/python/executions", 200, {"status": "Succeeded"}, id="{brief}", body={"code": "1"},
        has={"x-ms-new-allocation": "true"}),
    Row("and stopped", "POST /pools/python/.management/stopSession", 200, id="{brief}",
        content=b"Session brief-of-the-table in session pool python stopped.", has={"content-type": Text("^text/plain")}),
    Row("begun again", "POST /pools/python/executions", 200, {"status": "Succeeded"}, id="{brief}", body={"code": "1"},
        has={"x-ms-new-allocation": "true"}),
    Row("and deleted", "DELETE /pools/python/session", 204, id="{brief}"),
    Row("and gone", "GET session", 404, "NoSessionFoundError", id="{brief}"),

    Row("what is installed", "GET metadata", 200, INSTALLED, SINCE, id=""),
    Row("in the other pools", "GET /pools/node/metadata", 200, {**INSTALLED, "preInstalledPackages": []}, id=""),
    Row("in the last of them", "GET /pools/shell/metadata", 200, INSTALLED, id=""),
    Row("what there is to ask", "GET /openapi.json", 200, {"openapi": Text(r"^3\.1\.")}, raw="", key=None),

    Row("the nodes", "GET /cloister/v1/nodes", 200, Exactly({"nodes": Having(WORKER)}), raw=""),
    Row("the worker", "GET /cloister/v1/nodes/worker-1", 200, WORKER, raw=""),
    Row("the coordinator", "GET /cloister/v1/nodes/coordinator", 200, Exactly({**NODE, "role": "coordinator"}), raw=""),
    Row("no such node", "GET /cloister/v1/nodes/worker-99", 404, "ResourceNotFound", raw=""),
    Row("a worker that serves is not removed", "DELETE /cloister/v1/nodes/worker-1", 409, "NodeInUse", raw=""),
    Row("no body that is a drain", "POST /cloister/v1/nodes/worker-1/drain", 400, "SessionPropertiesMissing", raw="", body=[]),
    Row("a drain without end", "POST /cloister/v1/nodes/worker-1/drain", 400, "SessionRequestValidationFailed", raw="",
        body={"deadlineInSeconds": 2592001}),
    Row("a drain", "POST /cloister/v1/nodes/worker-1/drain", 200,
        {"name": "worker-1", "state": "draining", "drainingSince": TIME, "drainDeadline": TIME}, raw="", body={"deadlineInSeconds": 3600}),
    Row("taken back", "POST /cloister/v1/nodes/worker-1/undrain", 200, {"name": "worker-1", "state": "serving"}, raw=""),
    Row("no such worker to drain", "POST /cloister/v1/nodes/worker-99/drain", 404, "ResourceNotFound", raw="", body={}),
    Row("none to undrain", "POST /cloister/v1/nodes/coordinator/undrain", 404, "ResourceNotFound", raw=""),
    Row("none to remove", "DELETE /cloister/v1/nodes/worker-99", 404, "ResourceNotFound", raw=""),
    Row("the version", "GET /cloister/v1/version", 200, Exactly({"version": Text(r"^\d"), "apiVersions": Having("2025-10-02-preview")}), raw=""),
    Row("the metrics", "GET /metrics", 200, content=bytes, raw="", has={"content-type": Text("^text/plain; version=0.0.4")}),
    Row("a console", "GET console", 200, content=bytes, has={"content-type": Text("^text/plain"), "x-content-type-options": "nosniff"}),
    Row("one that has ended, too", "GET console", 200, content=bytes, id="{stopped}"),
    Row("no session has no console", "GET console", 404, "NoSessionFoundError", id="{new}"),

    Row("alive", "GET /healthz", 200, Exactly({"status": "alive"}), raw="", key=None),
    Row("ready", "GET /readyz", 200, Exactly({"status": "ready"}), raw="", key=None),
    Row("HEAD of it", "HEAD /readyz", 200, raw="", key=None),

    Row("a key is made", "POST /cloister/v1/keys", 201, {**KEY, "secret": Text(".")}, raw="",
        body={"name": "made by a row", "roles": ["executor"], "pools": ["python"]}, has={"cache-control": "no-store"}),
    Row("keys are listed without their secrets", "GET /cloister/v1/keys", 200, Exactly({"keys": Having(KEY)}), raw=""),
    Row("no role of that name", "POST /cloister/v1/keys", 400, "SessionRequestValidationFailed", raw="",
        body={"name": "x", "roles": ["king"], "pools": ["*"]}),
    Row("not all members", "POST /cloister/v1/keys", 400, "SessionPropertiesMissing", raw="", body={"name": "x"}),
    Row("a pool that cannot be", "POST /cloister/v1/keys", 400, "SessionPoolInvalidName", raw="",
        body={"name": "x", "roles": ["executor"], "pools": ["1"]}),
    Row("revoked", "DELETE /cloister/v1/keys/{keyid}", 204, raw=""),
    Row("not there any more", "DELETE /cloister/v1/keys/{keyid}", 404, "KeyNotFound", raw=""),
    Row("no authority here", "GET /cloister/v1/authority", 404, "JoiningNotAvailable", raw="", key=None),
    Row("no node joins here", "POST /cloister/v1/join", 404, "JoiningNotAvailable", raw="", key=None,
        body={"token": "clj_", "worker": "w", "hosts": ["127.0.0.1"], "certificateRequest": ""}),
    Row("nor is there a token for it", "POST /cloister/v1/tokens", 404, "JoiningNotAvailable", raw="", body={}),
    Row("nor a list of them", "GET /cloister/v1/tokens", 404, "JoiningNotAvailable", raw=""),
    Row("nor one to take back", "DELETE /cloister/v1/tokens/0123abcd", 404, "JoiningNotAvailable", raw=""),
    Row("its secret does nothing now", "GET session", 401, "Unauthorized", key="revoked"),
]  # fmt: skip
