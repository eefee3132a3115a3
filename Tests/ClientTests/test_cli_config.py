"""`cloister config` as a process, and a cluster that is started with a file, flags and variables."""

import json
import os
import pathlib
import signal
import ssl
import subprocess
import tempfile
import unittest
import urllib.request

import cluster
import program

START_SECONDS = 120


class Config(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "cloister.yaml"

    def check(self, text, *arguments, **variables):
        self.file.write_text(text, encoding="utf-8")
        return program.told("config", "check", str(self.file), *arguments, **variables)

    def test_everything_that_is_wrong_is_told_at_once(self):
        text = "listen:\n  prot: 80\nlogLevel: loud\npools:\n  python: {memoryMiB: 1}\n"
        ran = self.check(text, "--set", "jail=maybe", CLOISTER_AUDIT_FIEL="x")
        self.assertEqual(ran.status, 1, ran)
        for part in (
            f"{self.file}:2: there is no key listen.prot; did you mean listen.port?",
            f"{self.file}:3: logLevel is loud and has to be trace, debug,",
            f"{self.file}:5: pools.python.memoryMiB is 1 and has to be from 256 to 65536.",
            "--set: jail is maybe and has to be auto, required or off.",
            "did you mean CLOISTER_AUDIT_FILE?",
        ):
            self.assertIn(part, ran.error)
        self.assertEqual(len(ran.error.splitlines()), 5, ran)
        self.assertEqual(self.check("listen: {port: 1}").status, 0)
        self.assertEqual(program.told("config", "check", "/nonexistent").status, 2)

    def test_a_service_says_the_same_when_it_refuses_to_start(self):
        self.file.write_text("nane: x\nlisten.port: y\n", encoding="utf-8")
        for role in ("coordinator", "worker", "up"):
            ran = program.told(role, "--config", str(self.file))
            self.assertNotEqual(ran.status, 0)
            self.assertIn("did you mean name?", ran.error)
            self.assertIn("listen.port is y and has to be a whole number.", ran.error)

    def test_the_example_is_right_for_each_service(self):
        for role in ((), ("--for", "coordinator"), ("--for", "worker"), ("--for", "up")):
            example = program.told("config", "example", *role)
            self.assertEqual(example.status, 0, example)
            # Whether the key is there is another question; the example's is not.
            key = self.folder / "cluster-key"
            key.write_text("k" * 64, encoding="ascii")
            key.chmod(0o600)
            text = example.output.replace("/etc/cloister/cluster-key", str(key))
            self.assertEqual(self.check(text, *role).status, 0, role)

    def test_what_the_services_refuse_at_their_start_is_told(self):
        for text, part in (
            ("inbox: tcp://192.0.2.1:7400\n", "inbox: Plain TCP is for the loopback interface only"),
            ("coordinators: [nonsense]\n", "coordinators: An address begins with a scheme"),
            ("coordinators: ['tcp://127.0.0.1:0']\n", "coordinators: Port 0 is no port to send to"),
        ):
            ran = self.check(text)
            self.assertEqual(ran.status, 1, ran)
            self.assertIn(part, ran.error)
        text = "inbox: tcp://127.0.0.1:7400\nclusterKeyFile: /nonexistent/key\n"
        self.assertEqual(self.check(text).status, 0)
        ran = self.check(text, "--for", "coordinator")
        self.assertEqual(ran.status, 1, ran)
        self.assertIn("clusterKeyFile: /nonexistent/key cannot be read: No such file", ran.error)

    def test_a_secret_that_everybody_can_read_is_refused(self):
        key = self.folder / "key"
        key.write_text("k" * 64, encoding="ascii")
        for mode, status in ((0o644, 1), (0o640, 0), (0o600, 0)):
            key.chmod(mode)
            ran = self.check(f"clusterKeyFile: {key}\n")
            self.assertEqual(ran.status, status, ran)
        key.chmod(0o644)
        self.assertIn("chmod 600", self.check(f"clusterKeyFile: {key}\n").error)

    def test_up_takes_a_file_flags_and_variables(self):
        certificate, key = self.folder / "server.pem", self.folder / "server.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
            check=True, capture_output=True,
        )  # fmt: skip
        key.chmod(0o600)
        audit = self.folder / "audit.jsonl"
        self.file.write_text(
            f"servedPools: [python]\nlisten:\n  port: 1\n  certificateFile: {certificate}\n  keyFile: {key}\n"
            f"audit.file: {audit}\npools.python: {{readySessions: 1, timeoutSeconds: 9}}\n",
            encoding="utf-8",
        )
        process = subprocess.Popen(
            [cluster.current.binary, "up", "--config", str(self.file), "--set", "listen.port=0", "--ready", "0",
             "--state-dir", str(self.folder / "state")],
            stdout=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "CLOISTER_POOLS_PYTHON_TIMEOUT_SECONDS": "11", "CLOISTER_NAME": "of-nobody"},
        )  # fmt: skip
        try:
            url = next(line.split()[1] for line in process.stdout if line.startswith("ready "))
            self.assertTrue(url.startswith("https://127.0.0.1:"), url)
            port = url.rsplit(":", 1)[1]
            secret = (self.folder / "state" / "api-key").read_text(encoding="ascii").strip()
            request = urllib.request.Request(
                f"https://localhost:{port}/cloister/v1/pools", headers={"Authorization": f"Bearer {secret}"}
            )
            context = ssl.create_default_context(cafile=str(certificate))
            with urllib.request.urlopen(request, timeout=10, context=context) as answer:
                pools = json.load(answer)["pools"]
            self.assertEqual([each["pool"]["name"] for each in pools], ["python"])
            properties = pools[0]["pool"]["properties"]
            self.assertEqual(properties["cloisterSettings"]["timeoutSeconds"], 11, "a variable goes before the file")
            self.assertNotIn("readySessionInstances", properties["scaleConfiguration"], "a flag goes before both")
            self.assertIn("https://localhost", properties["poolManagementEndpoint"])
            worker = (self.folder / "state" / "worker-1" / "worker.yaml").read_text(encoding="utf-8")
            self.assertIn("name: worker-1\n", worker)
            self.assertIn("pools.python.timeoutSeconds: 11\n", worker)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(START_SECONDS)
            process.stdout.close()
        self.assertIn('"operation":"POST /executions"', audit.read_text(encoding="utf-8"))
