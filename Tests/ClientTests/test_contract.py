"""The contract as a table, asked of the real system row by row (rows_*.py), and whether the table has everything."""

import json
import pathlib
import re
import time
import unittest

import document
import rows_executions
import rows_files
import rows_mcp
import rows_pools
import rows_refusals
import rows_sessions
import rows_terminals
import wire

DOCUMENTS = pathlib.Path(__file__).parents[2] / "docs"
TABLES = (rows_executions, rows_files, rows_sessions, rows_terminals, rows_pools, rows_mcp, rows_refusals)
ROWS = [row for table in TABLES for row in table.ROWS]

# Codes that no client brings about on a machine where nothing is broken, and who shows them instead.
NOT_PROVOKED = {
    "FileTransferExpired": "takes a minute of silence: WorkerTests/FileTests",
    "SessionStorageFull": "test_hostile_output.py",
    "SessionsCountExceedsLimit": "the machine would have to be full: APITests/FailureTests, ClusterTests/BurstTests",
    "InternalError": "a defect",
    "InvalidConfiguration": "refused at the start",
    "SessionLost": "ClusterTests/CrashTests",
    "TooManyTerminals": "test_terminal.py",
    "SandboxFailed": "MicroVMTests/HostileGuestTests",
    "NoWorkerAvailable": "ClusterTests/CrashTests",
    "NotReady": "ClusterTests/ShutdownTests",
    "StaleAddressee": "CoordinatorTests",
    "AnotherOperationInProgress": "two changes at the same moment: NodeTests/PoolTests",
    "IdentityProviderUnavailable": "IdentityTests/IssuerServerTests",
    "AuditUnavailable": "APITests/AuditTests",
    "IncompatibleVersion": "WireTests/VersionTests",
    "DeadlineExceeded": "NodeTests/DispatchTests",
}

# Routes that no row can have succeed, and who shows them instead.
SHOWN_ELSEWHERE = {
    ("DELETE", "/cloister/v1/nodes/{name}"): "takes a worker that is drained or lost: ClusterTests/DrainTests",
    # A cluster of `cloister up` has no authority: ClusterTests/NodeTLSTests and APITests/JoinTests.
    **{
        route: "takes a coordinator with an authority's key"
        for route in (
            ("GET", "/cloister/v1/authority"), ("POST", "/cloister/v1/join"), ("GET", "/cloister/v1/tokens"),
            ("POST", "/cloister/v1/tokens"), ("DELETE", "/cloister/v1/tokens/{id}"),
        )
    },
}

PREPARATION = """
import os
kept = 'of the table'
os.chdir('/mnt/data')
os.mkdir('sub')
open('data.csv', 'w').write('a,b\\n1,2\\n')
open('sub/deep.txt', 'w').write('deep')
open('naïve ✓.txt', 'w').write('1')
os.mkfifo('pipe')
os.symlink('/etc/passwd', 'out')
os.symlink('data.csv', 'inside')
"""


def make_key(name, pools, **members):
    body = json.dumps({"name": name, "roles": ["executor"], "pools": pools, **members}).encode()
    answer = wire.send("POST", "/cloister/v1/keys", body)
    if answer.status != 201:
        raise AssertionError(answer)
    return answer.json


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        expired = make_key("expired", ["*"], expiresInSeconds=1)
        until = time.monotonic() + 1.2
        limited = make_key("limited", ["*"], requestsPerMinute=1, burst=1)
        revoked = make_key("revoked", ["*"])
        cls.document = document.Document()
        cls.names = {
            "id": wire.fresh("table"), "new": wire.fresh("nobody"), "stopped": wire.fresh("stopped"),
            "brief": "brief-of-the-table", "named": wire.fresh("named"), "keyid": revoked["id"], "key": wire.cluster.current.key,
        }  # fmt: skip
        cls.keys = {
            "file": wire.cluster.current.key, "wrong": "wrong", "limited": limited["secret"], "revoked": revoked["secret"],
            "executor": make_key("executor", ["python"])["secret"], "elsewhere": make_key("elsewhere", ["other"])["secret"],
            "expired": expired["secret"],
        }  # fmt: skip
        prepared = wire.run(PREPARATION, cls.names["id"])
        assert prepared.json["status"] == "Succeeded", prepared
        wire.run("1", cls.names["stopped"])
        wire.stop(cls.names["stopped"])
        cls.names["terminal"] = wire.terminal(cls.names["id"], ["/bin/sleep", "1000"])
        cls.names["ended"] = wire.terminal(cls.names["id"], ["/bin/sh", "-c", "echo shown; exit 3"])
        wire.send("GET", wire.target(f"terminals/{cls.names['ended']}/output", cls.names["id"]))
        wire.send("GET", wire.target("session", "whoever"), key=cls.keys["limited"])
        # The key's time is over by the clock; nothing announces it.
        time.sleep(max(0, until - time.monotonic()))

    @classmethod
    def tearDownClass(cls):
        for name in ("id", "brief"):
            wire.stop(cls.names[name])

    def check(self, table):
        asked, began = 0, time.monotonic()
        for row in table.ROWS:
            for version, prefix in row.cases():
                with self.subTest(row.what, route=row.route, version=version, prefix=prefix):
                    answer = row.ask(version, prefix, self.names, self.keys)
                    complaint = row.complaint(answer, self.names)
                    self.assertIsNone(complaint, f"{row}\n{answer}")
                    path = prefix + row.path.replace("{keyid}", self.names["keyid"])
                    untrue = self.document.complaint(row.method, path, answer)
                    self.assertIsNone(untrue, f"/openapi.json says otherwise\n{row}\n{answer}")
                    asked += 1
        seconds = time.monotonic() - began
        print(
            f"{table.__name__}: {len(table.ROWS)} rows, {asked} requests answered as they should be in {seconds:.1f} s"
        )

    def test_1_code_runs_on_every_route_in_every_version(self):
        self.check(rows_executions)

    def test_2_files_go_up_and_down_on_every_route_in_every_version(self):
        self.check(rows_files)

    def test_3_sessions_and_keys_are_shown_and_ended(self):
        self.check(rows_sessions)

    def test_4_terminals_are_opened_served_and_closed(self):
        self.check(rows_terminals)

    def test_5_pools_are_made_shown_changed_and_deleted(self):
        self.check(rows_pools)

    def test_6_agents_are_served_and_their_keys_are_given_out(self):
        self.check(rows_mcp)

    def test_7_what_does_not_do_is_refused_with_its_code(self):
        self.check(rows_refusals)


class Completeness(unittest.TestCase):
    def test_every_documented_route_has_a_row_that_succeeds(self):
        text = (DOCUMENTS / "api.md").read_text(encoding="utf-8")
        documented = set()
        for line in re.findall(r"(?m)^\| (`.*)$", text.split("## Routes")[1].split("\n## ")[0]):
            cells = [cell.strip() for cell in line.split("|")]
            if "later" in cells[3]:
                continue
            methods = []
            for code in re.findall(r"`([^`]+)`", cells[0]):
                *before, path = code.split()
                methods = before or methods
                documented |= {(method, _like(path)) for method in methods if path.startswith(("/", "…"))}
            methods = re.findall(r"`(GET|POST)` or `(GET|POST) (…[^`]+)`", cells[0])
            documented |= {(first, _like(path)) for first, _, path in methods}
        shown = {(row.method, _like(row.path)) for row in ROWS if row.status < 300}
        self.assertGreater(len(documented), 20)
        documented -= SHOWN_ELSEWHERE.keys()
        missing = [route for route in documented if not any(_covers(route, other) for other in shown)]
        self.assertEqual(missing, [], "docs/api.md has routes that no row asks")

    def test_every_documented_error_is_provoked_or_has_a_reason(self):
        text = (DOCUMENTS / "errors.md").read_text(encoding="utf-8")
        codes = set(re.findall(r"(?m)^\| `(\w+)` \|", text))
        provoked = {row.json for row in ROWS if row.status >= 400 and isinstance(row.json, str)}
        provoked |= {"Forbidden"} if any(row.status == 403 for row in ROWS) else set()
        self.assertEqual(codes - provoked - NOT_PROVOKED.keys(), set())
        self.assertEqual(provoked & NOT_PROVOKED.keys(), set(), "these have rows now")


def _like(path):
    """A route's path without what differs from case to case."""
    path = re.sub(r"^(…|/pools/python)", "", path.split("?")[0])
    return "/" + path.strip("/").lower()


def _covers(route, shown):
    method, path = route
    expression = re.sub(r"\\\{[a-z]+\\\}", "[^/]+", re.escape(path))
    return method == shown[0] and re.fullmatch(expression, shown[1]) is not None
