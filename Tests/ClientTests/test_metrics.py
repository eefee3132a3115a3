"""What a cluster tells of itself after real work, in the words of Prometheus."""

import re
import shutil
import subprocess
import time
import unittest
import urllib.request

import cluster
import wire

LINE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')


def parsed(text):
    """{(name, frozenset of labels): value}"""
    samples = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = LINE.match(line).groups()
        key = (name, frozenset(LABEL.findall(labels or "")))
        assert key not in samples, line
        samples[key] = float(value)
    return samples


def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return answer.headers["content-type"], answer.read().decode()


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if cluster.current.metrics_port is None:
            raise unittest.SkipTest("the cluster is not ours")
        cls.port = cluster.current.metrics_port

    def value(self, port, name, **labels):
        samples = parsed(scrape(port)[1])
        wanted = set(labels.items())
        return sum(value for (other, own), value in samples.items() if other == name and wanted <= own)

    def test_work_is_counted_where_it_is_done(self):
        coordinator, worker = self.port, self.port + 1

        def counts():
            route = "POST /pools/{pool}/executions"
            return {
                "requests": self.value(coordinator, "cloister_http_requests_total", route=route, status="2xx"),
                "durations": self.value(coordinator, "cloister_http_request_duration_seconds_count", route=route),
                "routed": self.value(coordinator, "cloister_stage_seconds_count", stage="route", pool="python"),
                "sent": self.value(coordinator, "cloister_messages_total", direction="out", kind="execute"),
                "received": self.value(worker, "cloister_messages_total", direction="in", kind="execute"),
                "succeeded": self.value(worker, "cloister_executions_total", pool="python", outcome="succeeded"),
                "failed": self.value(worker, "cloister_executions_total", pool="python", outcome="failed"),
                "timed out": self.value(worker, "cloister_executions_total", pool="python", outcome="timedOut"),
                "guest": self.value(worker, "cloister_stage_seconds_count", stage="guest", pool="python"),
                "begun": self.value(worker, "cloister_sessions_begun_total", pool="python"),
                "stopped": self.value(worker, "cloister_sessions_ended_total", pool="python", cause="stopped"),
            }

        before = counts()
        session = wire.fresh("metrics")
        for code, status in (("print(1)", "Succeeded"), ("1/0", "Failed"), ("2", "Succeeded")):
            self.assertEqual(wire.run(code, session).json["status"], status)
        self.assertEqual(wire.run("while True: pass", session, timeoutInSeconds=1).json["status"], "Failed")
        self.assertEqual(self.value(worker, "cloister_worker_sessions", pool="python", state="live") >= 1, True)
        self.assertEqual(self.value(coordinator, "cloister_sessions", pool="python", state="live") >= 1, True)
        wire.stop(session)
        grown = {name: after - before[name] for name, after in counts().items()}
        self.assertEqual(
            grown,
            {
                "requests": 4, "durations": 4, "routed": 4, "sent": 4, "received": 4, "succeeded": 2, "failed": 1,
                "timed out": 1, "guest": 4, "begun": 1, "stopped": 1,
            },
        )  # fmt: skip

    def test_machines_and_their_use_are_measured(self):
        worker = self.port + 1
        session = wire.fresh("metrics")
        self.addCleanup(lambda: wire.stop(session))
        self.assertEqual(wire.run("1", session).status, 200)
        used = self.value(worker, "cloister_usage_vcpu_seconds_total", pool="python")
        memory = self.value(worker, "cloister_usage_gibibyte_seconds_total", pool="python")
        self.assertGreater(used, 0)
        # 512 MiB for each processor, and some of either while the two were asked.
        self.assertAlmostEqual(memory / used, 0.5, delta=0.3)
        deadline = time.monotonic() + 30
        while self.value(worker, "cloister_usage_vcpu_seconds_total", pool="python") < used + 1:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        self.assertGreater(self.value(worker, "cloister_qemu_processes"), 0)
        own = self.value(worker, "cloister_qemu_memory_bytes", kind="own")
        self.assertGreater(own, 1 << 20)
        self.assertGreater(self.value(worker, "cloister_qemu_cpu_seconds_total"), 0)
        self.assertGreater(self.value(worker, "cloister_clones_total"), 0)
        self.assertEqual(self.value(worker, "cloister_worker_lease_held"), 1)
        self.assertEqual(self.value(self.port, "cloister_workers", state="serving"), 1)
        self.assertAlmostEqual(self.value(self.port, "cloister_ring_share"), 1, places=6)
        self.assertEqual(self.value(self.port, "cloister_coordinator_ready"), 1)
        made = sum(
            self.value(worker, "cloister_template_preparations_total", origin=origin) for origin in ("cache", "build")
        )
        self.assertGreaterEqual(made, 1)

    def test_nothing_tells_who_the_sessions_are(self):
        session = wire.fresh("confidential")
        self.assertEqual(wire.run("'a secret of mine'", session).status, 200)
        wire.stop(session)
        for port in (self.port, self.port + 1):
            text = scrape(port)[1]
            self.assertNotIn(session, text)
            self.assertNotIn("secret", text)

    def test_strangers_paths_make_no_series(self):
        for number in range(50):
            wire.send("GET", f"/no-such-route-{number}/x")
        samples = parsed(scrape(self.port)[1])
        routes = {dict(labels)["route"] for (name, labels) in samples if name == "cloister_http_requests_total"}
        self.assertFalse([route for route in routes if "no-such-route" in route])
        self.assertIn("none", routes)

    def test_the_same_is_told_through_the_api_to_operators(self):
        answer = wire.send("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        names = {name for name, _ in parsed(answer.body.decode())}
        self.assertIn("cloister_sessions", names)
        self.assertIn("process_open_fds", names)

    @unittest.skipUnless(shutil.which("promtool"), "there is no promtool")
    def test_prometheus_has_nothing_against_it(self):
        for port in (self.port, self.port + 1):
            kind, text = scrape(port)
            self.assertEqual(kind, "text/plain; version=0.0.4; charset=utf-8")
            told = subprocess.run(
                ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60
            )
            self.assertEqual((told.returncode, told.stdout + told.stderr), (0, ""))
