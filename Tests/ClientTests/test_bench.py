"""`cloister bench` as a process: every scenario for a moment, what fails, what is broken off."""

import json
import pathlib
import re
import signal
import tempfile
import time
import unittest

import cluster
import program

MEMBERS = {
    "counts", "duration_s", "ended_at", "failures", "histogram_us", "latency_ms", "machine", "parameters", "parts_ms",
    "rate_per_s", "scenario", "stages_ms", "start_lag_ms", "timeline", "version", "was_interrupted",
}  # fmt: skip
FIGURES = {"count", "min", "p50", "p90", "p99", "p999", "max", "mean"}


def ours():
    """The identifiers of sessions that measurements have made."""
    return [each["identifier"] for each in program.document("session", "list") if each["identifier"].startswith("bench-")]


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cloister-bench-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def measure(self, *arguments, status=0, **variables):
        """A measurement's JSON; it has to end with the status and to leave no session behind."""
        path = self.folder / "result.json"
        path.unlink(missing_ok=True)
        told = program.told("bench", *arguments, "--json", str(path), **variables)
        self.assertEqual(told.status, status, told)
        result = json.loads(path.read_text())
        self.assertEqual(MEMBERS - set(result), {"latency_ms", "start_lag_ms"} - set(result) if status else set())
        self.assertEqual(result["counts"]["operations"], result["counts"]["succeeded"] + result["counts"]["failed"])
        self.assertEqual(ours(), [])
        return result

    def test_every_scenario_measures_what_it_says(self):
        weights = self.folder / "weights.yaml"
        weights.write_text("warm: 1\nchurn: 1\nfiles: 1\nstream: 1\ntti: 1\n")
        for scenario, arguments, parts in (
            ("warm", (), set()),
            ("warm", ("--rate", "20"), set()),
            ("warm", ("--pool", "shell"), set()),
            ("tti", (), None),
            ("tti", ("--mode", "burst"), None),
            ("tti", ("--mode", "staggered", "--stagger", "50"), None),
            ("churn", ("--pool", "node"), None),
            ("files", ("--file-size", "100000"), {"upload", "list", "download", "remove"}),
            ("stream", (), {"first output", "end after first output"}),
            ("mixed", ("--weights", str(weights), "--count", "8"), {"warm", "churn", "files", "stream", "tti"}),
            ("soak", (), {"warm", "churn", "files", "stream"}),
        ):  # fmt: skip
            with self.subTest(scenario=scenario, arguments=arguments):
                count = 8 if "--count" in arguments else 3
                more = () if "--count" in arguments else ("--count", "3")
                result = self.measure(scenario, *arguments, *more)
                self.assertEqual(result["scenario"], scenario)
                self.assertEqual((result["counts"]["succeeded"], result["counts"]["by_status"]), (count, {"200": count}))
                self.assertEqual(set(result["latency_ms"]), FIGURES)
                self.assertEqual(result["latency_ms"]["count"], count)
                self.assertGreater(result["latency_ms"]["min"], 0)
                self.assertLessEqual(result["latency_ms"]["p50"], result["latency_ms"]["max"])
                self.assertEqual(sum(pair[1] for pair in result["histogram_us"]), count)
                self.assertEqual(sum(point["succeeded"] for point in result["timeline"]), count)
                if parts is not None:
                    self.assertLessEqual(set(result["parts_ms"]), parts)
                if scenario in ("warm", "tti", "churn"):
                    self.assertEqual(result["stages_ms"]["worker"]["count"], count)
                    self.assertLess(result["stages_ms"]["worker"]["min"], result["latency_ms"]["max"])
                if scenario in ("tti", "churn"):
                    names = set(result["parts_ms"]) - {"stop"}
                    self.assertLessEqual(names, {"first result, ready machine", "first result, cloned for it"})
                    self.assertEqual(sum(result["parts_ms"][name]["count"] for name in names), count)

    def test_several_processes_share_a_load(self):
        result = self.measure("warm", "--agents", "2", "--clients", "2", "--count", "7")
        self.assertEqual((result["parameters"]["processes"], result["counts"]["succeeded"]), (2, 7))
        result = self.measure("tti", "--agent", f"'{cluster.current.binary}' bench agent", "--count", "2")
        self.assertEqual((result["parameters"]["processes"], result["counts"]["succeeded"]), (1, 2))
        told = program.told("bench", "warm", "--agent", "echo nothing", "--count", "2")
        self.assertEqual(told.status, 2, told)
        self.assertIn("Agent 1", told.error)

    def test_what_fails_is_a_failure_and_never_fast(self):
        # JavaScript has no print: the answer is a 200 that is wrong.
        wrong = self.measure("tti", "--pool", "node", "--language", "python", "--count", "3", status=1)
        self.assertEqual((wrong["counts"]["succeeded"], wrong["counts"]["by_code"]), (0, {"WrongOutput": 3}))
        self.assertEqual(wrong["counts"]["by_status"], {"200": 3})
        self.assertNotIn("latency_ms", wrong)
        refused = self.measure("tti", "--pool", "shell", "--language", "python", "--count", "3", status=1)
        self.assertEqual(refused["counts"]["by_code"], {"SessionRequestNotSupported": 3})
        self.assertEqual(refused["counts"]["by_status"], {"400": 3})
        told = program.told("bench", "tti", "--pool", "shell", "--language", "python", "--count", "2")
        self.assertIn("failed: 2 of 2", told.output)
        self.assertIn("SessionRequestNotSupported", told.output)

    def test_what_cannot_be_measured_is_said_in_a_sentence(self):
        for status, words, arguments, variables in (
            (2, ("Unauthorized", "--api-key"), ("warm", "--api-key", "not-the-key-of-this-cluster-0123456789"), {}),
            (2, ("cannot be reached",), ("warm",), {"CLOISTER_URL": "http://127.0.0.1:9"}),
            (2, ("SessionPoolNotFound",), ("warm", "--pool", "nowhere"), {}),
            (2, ("--no-op-sandbox",), ("dispatch", "--count", "1"), {}),
            (2, ("cannot be written",), ("warm", "--json", "/nowhere/at/all.json"), {}),
            (2, ("nothing that can be mixed",), ("mixed", "--weights", str(self.weights("dispatch: 1"))), {}),
            (64, ("--clients",), ("warm", "--clients", "1", "--rate", "1"), {}),
            (64, ("--count",), ("warm", "--count", "1", "--duration", "1"), {}),
            (64, ("greater than 0",), ("warm", "--clients", "0"), {}),
            (64, ("scenario",), ("nothing",), {}),
        ):  # fmt: skip
            with self.subTest(arguments=arguments, words=words):
                told = program.told("bench", *arguments, **variables)
                self.assertEqual((told.status, told.output), (status, ""), told)
                for word in words:
                    self.assertIn(word, told.error)
        self.assertEqual(ours(), [])

    def test_the_key_may_be_given_itself(self):
        result = self.measure("warm", "--count", "1", "--api-key", cluster.current.key, CLOISTER_API_KEY=None)
        self.assertEqual(result["counts"]["succeeded"], 1)
        self.assertNotIn(cluster.current.key, json.dumps(result))

    def test_an_interruption_shows_what_was_measured_and_ends_the_sessions(self):
        for more in ((), ("--agents", "2")):
            with self.subTest(more):
                path = self.folder / "broken-off.json"
                running = program.start("bench", "warm", "--clients", "2", "--duration", "600", "--json", str(path), *more)
                deadline = time.monotonic() + program.PATIENCE
                while not re.search(rb"p50 [1-9]", running.stderr.readline()):
                    self.assertLess(time.monotonic(), deadline)
                self.assertEqual(len(ours()), 2)
                running.send_signal(signal.SIGINT)
                output, _ = running.communicate(timeout=program.PATIENCE)
                self.assertEqual(running.returncode, 130)
                self.assertIn(b"broken off", output)
                result = json.loads(path.read_text())
                self.assertTrue(result["was_interrupted"])
                self.assertGreater(result["counts"]["succeeded"], 0)
                self.assertEqual(result["counts"]["failed"], 0, "what was under way is no failure of the cluster")
                self.assertEqual(ours(), [])

    def test_results_are_compared(self):
        page = self.folder / "page.html"
        result = self.measure("warm", "--count", "3", "--html", str(page))
        self.assertTrue(page.read_text().startswith("<!doctype html>"))
        self.assertNotIn("<script", page.read_text())
        again = self.folder / "again.html"
        self.assertEqual(program.told("bench", "page", str(self.folder / "result.json"), str(again)).status, 0)
        self.assertEqual(again.read_text(), page.read_text())
        self.assertEqual(program.told("bench", "page", str(page), str(again)).status, 2)
        first, second = self.folder / "first.json", self.folder / "second.json"
        first.write_text(json.dumps(result))
        result["latency_ms"]["p50"] *= 2
        second.write_text(json.dumps(result))
        shown = program.told("bench", "--compare", str(first), str(second))
        self.assertEqual((shown.status, "2.00" in shown.output), (0, True), shown)
        self.assertEqual(program.told("bench", "--compare", str(first), str(second), "--bound", "p50=2.01").status, 0)
        broken = program.told("bench", "--compare", str(first), str(second), "--bound", "p50=1.9", "--bound", "p99=1")
        self.assertEqual((broken.status, broken.output.count("BROKEN")), (1, 1), broken)
        self.assertEqual(program.told("bench", "--compare", str(first), str(page)).status, 2)
        self.assertEqual(program.told("bench", "--compare", str(first), str(first), "--bound", "p98=1").status, 64)

    def test_processes_of_the_cluster_are_looked_at(self):
        if not cluster.current.is_ours:
            self.skipTest("the cluster is on another machine, perhaps")
        result = self.measure("warm", "--duration", "2", "--warm-up", "0")
        roles = {(line["role"], line["measure"]) for line in result["resources"]["lines"]}
        for role in ("coordinator", "workers", "machines", "bench"):
            self.assertIn((role, "memory"), roles)
        memory = {line["role"]: line["values"][-1] for line in result["resources"]["lines"] if line["measure"] == "memory"}
        self.assertGreater(memory["machines"], 10 << 20)

    def weights(self, text):
        path = self.folder / "wrong.yaml"
        path.write_text(text)
        return path
