"""The files of deploy/monitoring: alerts that fire when they should, a dashboard and alerts whose every query finds something."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import cluster
import monitoring
import wire

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "deploy/monitoring"
RUNBOOK = FOLDER.parents[1] / "docs/runbook.md"


@unittest.skipUnless(shutil.which("promtool"), "there is no promtool")
class Files(unittest.TestCase):
    def promtool(self, *words):
        told = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True, timeout=120)
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)

    def test_the_configuration_and_the_rules_are_sound(self):
        self.promtool("check", "config", "prometheus.yml")
        self.promtool("check", "rules", "cloister-alerts.yml")

    def test_every_alert_fires_and_is_silent_as_it_should(self):
        self.promtool("test", "rules", "cloister-alerts.test.yml")
        tests = (FOLDER / "cloister-alerts.test.yml").read_text("utf-8")
        for alert in monitoring.alert_queries(FOLDER):
            self.assertEqual(len(re.findall(rf"name: {alert}, (?:fires|is silent)", tests)), 2, alert)

    def test_the_runbook_has_a_section_for_each_alert_and_no_other(self):
        alerts = set(monitoring.alert_queries(FOLDER))
        self.assertEqual(set(re.findall(r"^## (\w+)", RUNBOOK.read_text("utf-8"), re.M)), alerts)
        rules = (FOLDER / "cloister-alerts.yml").read_text("utf-8")
        self.assertEqual(set(re.findall(r"runbook.md#(\w+)", rules)), {alert.lower() for alert in alerts})


@unittest.skipUnless(shutil.which("prometheus"), "there is no prometheus")
class Queries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if cluster.current.metrics_port is None:
            raise unittest.SkipTest("the cluster is not ours")
        cls.folder = tempfile.mkdtemp(prefix="cloister-prometheus-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.port = cluster.free_ports(1)
        first = cluster.current.metrics_port
        jobs = "".join(
            f"  - job_name: {job}\n    static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n"
            for job, port in (("cloister-coordinator", first), ("cloister-worker", first + 1))
        )
        rules = FOLDER / "cloister-alerts.yml"
        with open(f"{cls.folder}/prometheus.yml", "w", encoding="utf-8") as file:
            file.write(
                "global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s}\n"
                f"rule_files: ['{rules}']\nscrape_configs:\n{jobs}"
            )
        process = subprocess.Popen(
            ["prometheus", f"--config.file={cls.folder}/prometheus.yml", f"--storage.tsdb.path={cls.folder}/data",
             f"--web.listen-address=127.0.0.1:{cls.port}", "--log.level=error"],
            preexec_fn=cluster.end_with_parent,
        )  # fmt: skip

        def end():
            process.terminate()
            process.wait(20)

        cls.addClassCleanup(end)

    def ask(self, path, **query):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code == 503:  # Prometheus is not ready yet.
                raise
            self.fail(f"{query}: {error.read().decode()}")

    def wait_for(self, what, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            try:
                found = what()
            except OSError:
                found = None
            if found:
                return found
            self.assertLess(time.monotonic(), deadline, "it does not come")
            time.sleep(0.1)

    def work(self):
        session = wire.fresh("monitoring")
        for code in ("print(1)", "1/0"):
            wire.run(code, session)
        wire.stop(session)

    def test_every_query_of_dashboard_and_alerts_finds_series(self):
        self.wait_for(lambda: len(self.ask("query", query='up{job=~"cloister-.*"} == 1')["result"]) == 2)
        self.work()
        queries = monitoring.dashboard_queries(FOLDER)
        self.assertGreater(len(queries), 25)

        def missing():
            return [name for name, query in queries.items() if not self.ask("query", query=query)["result"]]

        # A rate takes two scrapes, the one after it something that has changed.
        def all_found():
            self.work()
            return not missing()

        try:
            self.wait_for(all_found)
        except AssertionError:
            self.fail(f"these find nothing: {[(name, queries[name]) for name in missing()]}")
        names = set(self.ask("label/__name__/values"))
        for alert, expression in monitoring.alert_queries(FOLDER).items():
            self.ask("query", query=expression)
            used = monitoring.metrics_of(expression)
            self.assertTrue(used, alert)
            self.assertEqual(used - names - monitoring.SHARED_ONLY, set(), alert)
        dashboard = json.loads((FOLDER / "cloister-dashboard.json").read_text("utf-8"))
        variable = dashboard["templating"]["list"][1]["query"]["query"]
        metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable).groups()
        self.assertIn("python", {entry["metric"][label] for entry in self.ask("query", query=metric)["result"]})

    def test_a_cluster_that_is_well_fires_no_alert(self):
        self.wait_for(lambda: len(self.ask("query", query='up{job=~"cloister-.*"} == 1')["result"]) == 2)
        self.wait_for(lambda: self.ask("rules")["groups"][0]["rules"][0]["health"] == "ok")
        groups = self.ask("rules")["groups"]
        self.assertEqual([rule["lastError"] for rule in groups[0]["rules"] if rule.get("lastError")], [])
        firing = [rule["name"] for rule in groups[0]["rules"] if rule["state"] == "firing"]
        self.assertEqual(firing, [])
