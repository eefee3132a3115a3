"""What services log, and how that is changed while they run: coordinator and worker as processes of their own."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request

import cluster

SECONDS = 120


class Service:
    """`cloister ROLE` with a configuration; its log goes to a file."""

    def __init__(self, folder, role, settings):
        self.path = os.path.join(folder, f"{role}.yaml")
        self.log_path = os.path.join(folder, f"{role}.log")
        self.settings = settings
        self.write()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [cluster.current.binary, role, "--config", self.path],
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=cluster.end_with_parent,
            )

    def write(self):
        with open(self.path, "w", encoding="utf-8") as file:
            file.writelines(f"{key}: {json.dumps(value)}\n" for key, value in self.settings.items())

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def text(self):
        with open(self.log_path, encoding="utf-8") as file:
            return file.read()

    def entries(self, message=None):
        lines = [json.loads(line) for line in self.text().splitlines() if line.startswith("{")]
        return [line for line in lines if message in (None, line["message"])]

    def change(self, **settings):
        """Changes the configuration and has it read anew; returns when it was."""
        before = len(self.entries("the log levels were read anew"))
        self.settings.update(settings)
        self.write()
        self.process.send_signal(signal.SIGHUP)
        wait(lambda: len(self.entries("the log levels were read anew")) > before)


def wait(what):
    deadline = time.monotonic() + SECONDS
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError("it does not come")
        time.sleep(0.05)


class Logs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not cluster.current.is_ours:
            raise unittest.SkipTest("the cluster is not ours")
        cls.folder = tempfile.mkdtemp(prefix="cloister-logs-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        key = os.path.join(cls.folder, "cluster-key")
        with open(os.open(key, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        cls.port = cluster.free_ports(3)
        common = {"clusterKeyFile": key, "log.levels.api": "info"}
        cls.coordinator = Service(
            cls.folder,
            "coordinator",
            {
                **common,
                "inbox": f"tcp://127.0.0.1:{cls.port + 1}",
                "apiKeyFile": os.path.join(cls.folder, "api-key"),
                "storeFile": os.path.join(cls.folder, "records.sqlite"),
                "listen.port": cls.port,
                "listen.drainSeconds": 0,
            },
        )
        cls.addClassCleanup(cls.coordinator.end)
        cls.worker = Service(
            cls.folder,
            "worker",
            {
                "clusterKeyFile": key,
                "name": "worker-1",
                "inbox": f"tcp://127.0.0.1:{cls.port + 2}",
                "coordinators": [f"tcp://127.0.0.1:{cls.port + 1}"],
                "runDirectory": os.path.join(cls.folder, "run"),
                "servedPools": ["python"],
            },
        )
        cls.addClassCleanup(cls.worker.end)
        wait(cls.is_ready)
        with open(os.path.join(cls.folder, "api-key"), encoding="ascii") as file:
            cls.key = file.read().strip()

    @classmethod
    def is_ready(cls):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{cls.port}/readyz", timeout=5) as answer:
                return answer.status == 200
        return False

    def execute(self, code):
        trace = secrets.token_hex(16)
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/pools/python/executions?api-version=2025-10-02-preview&identifier=sess-logs",
            json.dumps({"code": code}).encode(),
            {
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                "traceparent": f"00-{trace}-{secrets.token_hex(8)}-00",
            },
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return trace, answer.headers["operation-id"]

    def test_levels_change_while_services_run_and_lines_of_an_execution_name_it_at_both_ends(self):
        _, silent = self.execute("'what nobody is told'")
        self.coordinator.change(**{"log.levels.api": "debug"})
        self.worker.change(**{"log.levels.worker": "debug"})
        trace, execution = self.execute("'confidential code'")
        for service, message in (
            (self.coordinator, "an execution was answered"), (self.worker, "an execution goes to the guest"),
        ):  # fmt: skip
            wait(lambda service=service, message=message: service.entries(message))
            (line,) = service.entries(message)
            self.assertEqual((line["traceId"], line["execution"]), (trace, execution), line)
            self.assertNotIn(silent, service.text())
        self.coordinator.change(**{"log.levels.api": "info"})
        self.worker.change(**{"log.levels.worker": "info"})
        _, silent = self.execute("1")
        for service in (self.coordinator, self.worker):
            text = service.text()
            for secret in ("confidential", "nobody is told", self.key, silent):
                self.assertNotIn(secret, text)

    def test_a_configuration_that_does_not_do_changes_nothing(self):
        self.worker.settings["logLevel"] = "loud"
        self.worker.write()
        self.worker.process.send_signal(signal.SIGHUP)
        wait(lambda: self.worker.entries("the configuration cannot be read anew"))
        self.assertIn("loud", self.worker.entries("the configuration cannot be read anew")[0]["error"])
        self.worker.settings["logLevel"] = "info"
        self.assertIsNone(self.worker.process.poll())
        self.execute("1")
