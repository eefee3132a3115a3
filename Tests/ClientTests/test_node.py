"""Node pools, and what pools say about themselves (contract, sections 1.6, 3.6)."""

import json
import unittest

import wire


class Node(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = wire.fresh("node")
        cls.addClassCleanup(lambda: wire.stop(cls.session, "node"))

    def run_code(self, code, status="Succeeded", **members):
        answer = wire.run(code, self.session, "node", **members)
        self.assertEqual((answer.status, answer.json["status"]), (200, status), answer)
        return answer.json["result"]

    def test_values_come_with_their_types(self):
        for code, value in (
            ("6 * 7", 42),
            ("'a' + 'é'", "aé"),
            ("true", True),
            ("({a: [1, null, 'x']})", {"a": [1, None, "x"]}),
            ("undefined", ""),
        ):
            self.assertEqual(self.run_code(code)["executionResult"], value, code)

    def test_variables_stay_also_after_an_exception_and_a_time_out(self):
        self.run_code("let a = 1; const b = 2; var c = 3; function d() { return 4; } class E {}")
        failed = self.run_code("throw new TypeError('häßlich')", "Failed")
        self.assertIn("TypeError: häßlich", failed["stderr"])
        late = self.run_code("while (true) {}", "Failed", timeoutInSeconds=1)
        self.assertIn("Request timed out", late["stderr"])
        self.assertEqual(self.run_code("a + b + c + d() + typeof E")["executionResult"], "10function")

    def test_await_at_top_level(self):
        self.assertEqual(
            self.run_code("await new Promise(done => setTimeout(() => done(5), 20))")["executionResult"], 5
        )

    def test_both_streams(self):
        result = self.run_code("console.log('out 😀'); console.error('err')")
        self.assertEqual((result["stdout"], result["stderr"]), ("out 😀\n", "err\n"))

    def test_files_are_in_the_data_folder(self):
        wire.upload(self.session, "in.txt", b"12", "node")
        self.assertEqual(
            self.run_code("require('fs').readFileSync('/mnt/data/in.txt', 'utf8')")["executionResult"], "12"
        )

    def test_the_wrapped_shape(self):
        answer = wire.send(
            "POST", wire.target("code/execute", self.session, "node"), b'{"properties":{"code":"1 + 1"}}'
        )
        self.assertEqual(answer.json["properties"]["result"], 2)


class Metadata(unittest.TestCase):
    def metadata(self, pool):
        answer = wire.send("GET", wire.target("metadata", pool=pool))
        self.assertEqual(answer.status, 200, answer)
        for name in ("createdAt", "lastUpdatedAt"):
            self.assertRegex(answer.json[name], r"^\d{4}-\d\d-\d\dT")
        versions = {runtime["name"].lower(): runtime["version"] for runtime in answer.json["runtimes"]}
        return (
            answer.json,
            versions,
            {
                package["name"].lower().replace("_", "-"): package["version"]
                for package in answer.json["preInstalledPackages"]
            },
        )

    def test_python_has_what_it_says(self):
        session = wire.fresh("metadata")
        self.addCleanup(lambda: wire.stop(session))
        whole, versions, packages = self.metadata("python")
        code = (
            "import platform, importlib.metadata as m\n"
            "[platform.python_version(), {d.metadata['Name'].lower().replace('_', '-'): d.version for d in m.distributions()}]"
        )
        version, installed = wire.run(code, session).json["result"]["executionResult"]
        self.assertEqual(versions["python"], version)
        self.assertGreater(len(packages), 5)
        self.assertEqual({name: installed.get(name) for name in packages}, packages)
        self.assertLessEqual({"numpy", "pandas", "matplotlib"}, packages.keys())
        self.assertIn("jupyterKernel", whole)

    def test_node_has_what_it_says(self):
        session = wire.fresh("metadata")
        self.addCleanup(lambda: wire.stop(session, "node"))
        _, versions, _ = self.metadata("node")
        version = wire.run("process.version", session, "node").json["result"]["executionResult"]
        self.assertIn(version.removeprefix("v"), [each.removeprefix("v") for each in versions.values()])

    def test_shell_has_what_it_says(self):
        session = wire.fresh("metadata")
        self.addCleanup(lambda: wire.stop(session, "shell"))
        whole, _, packages = self.metadata("shell")
        self.assertNotIn("jupyterKernel", whole)
        command = json.dumps(
            {"shellCommand": "dpkg-query -W -f '${Package} ${Version}\\n'; . /etc/os-release; echo NAME $PRETTY_NAME"}
        ).encode()
        lines = (
            wire.send("POST", wire.target("executions", session, "shell"), command)
            .json["result"]["stdout"]
            .splitlines()
        )
        installed = dict(line.split(" ", 1) for line in lines)
        name = installed.pop("NAME", None)
        self.assertTrue(packages)
        self.assertEqual({each: installed.get(each) for each in packages}, packages)
        self.assertIn(
            name,
            [f"{runtime['name']} {runtime['version']}".strip() for runtime in whole["runtimes"]]
            + [runtime["version"] for runtime in whole["runtimes"]],
        )
