"""`cloister apply` as a process: what it tells, what it sends, and what it leaves alone."""

import json
import pathlib
import subprocess
import tempfile
import unittest
import uuid

import cluster
import command_line
import wire

HIDDEN = "hidden-from-all"
SETTINGS = """properties:
  scaleConfiguration: {{maxConcurrentSessions: {most}}}
"""


def pool(name, most=3, more=""):
    return f"name: {name}\nlocation: local\n{more}{SETTINGS.format(most=most)}"


def present():
    """The pools of the cluster by name."""
    pools = wire.send("GET", "/cloister/v1/pools").json["pools"]
    return {each["pool"]["name"]: each["pool"] for each in pools}


class Apply(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "pools.yaml"
        self.names = []

    def name(self):
        """A new name; its pool goes with the test."""
        name = "cli" + uuid.uuid4().hex[:12]
        self.addCleanup(self.remove, name)
        return name

    def remove(self, name):
        pool = present().get(name)
        if pool:
            wire.send("DELETE", f"{pool['id']}?api-version={wire.LATEST}")

    def apply(self, text=None, *arguments, **variables):
        if text is not None:
            self.file.write_text(text, encoding="utf-8")
        ran = command_line.run("apply", "-f", str(self.file), *arguments, **variables)
        self.assertNotIn(HIDDEN, ran.output + ran.error)
        return ran

    def assertRan(self, ran, status, *parts):
        self.assertEqual(ran.status, status, ran)
        for part in parts:
            self.assertIn(part, ran.output + ran.error)

    def test_a_dry_run_changes_nothing_and_applying_twice_sends_nothing(self):
        name = self.name()
        self.assertRan(self.apply(pool(name), "--dry-run"), 3, f"{name} is new", "maxConcurrentSessions: 3")
        self.assertNotIn(name, present())
        self.assertRan(self.apply(), 0, f"{name}: made", "1 new")
        made = present()[name]
        self.assertRan(self.apply(), 0, f"{name} is unchanged", "Everything is as the files say.")
        self.assertRan(self.apply(None, "--dry-run"), 0, "unchanged")
        self.assertEqual(present()[name]["systemData"], made["systemData"], "nothing was sent")

        changed = pool(name, 4, "tags: {team: cli}\n")
        self.assertRan(self.apply(changed, "--dry-run"), 3, "~ properties.scaleConfiguration.maxConcurrentSessions: 3 -> 4",
                       '+ tags.team: "cli"', "Nothing was sent")  # fmt: skip
        self.assertEqual(present()[name]["properties"]["scaleConfiguration"]["maxConcurrentSessions"], 3)
        self.assertRan(self.apply(), 0, f"{name}: changed")
        self.assertEqual(present()[name]["properties"]["scaleConfiguration"]["maxConcurrentSessions"], 4)
        self.assertEqual(present()[name]["tags"], {"team": "cli"})
        self.assertRan(self.apply(pool(name, 4)), 0, '- tags.team: "cli"')
        self.assertNotIn("tags", present()[name])

    def test_several_documents_in_several_files_and_standard_input(self):
        first, second, third = self.name(), self.name(), self.name()
        self.file.write_text(pool(first) + "---\n" + pool(second), encoding="utf-8")
        ran = command_line.run("apply", "-f", str(self.file), "-f", "-", "-o", "json", text=pool(third))
        self.assertEqual(ran.status, 0, ran)
        self.assertEqual([(each["name"], each["action"]) for each in json.loads(ran.output)],
                         [(name, "make") for name in (first, second, third)])  # fmt: skip
        self.assertLessEqual({first, second, third}, present().keys())
        shown = command_line.run("pool", "list", "-o", "json")
        self.file.write_text(shown.output, encoding="utf-8")
        self.assertRan(self.apply(), 0, f"{first} is unchanged", "python is unchanged", "Everything is as the files say.")

    def test_one_broken_document_keeps_every_other_from_being_sent(self):
        fine = self.name()
        for broken, part in (
            (pool("1x"), "document 2"),
            (pool(self.name(), most='"many"'), "maxConcurrentSessions has to be a whole number"),
            ("name: other\ntype: Microsoft.Web/sites", "Microsoft.Web/sites"),
            (pool("python", 5), "stands in the configuration"),
            ("a: b: c", "neither YAML nor JSON"),
            (pool(fine), "too"),
        ):
            with self.subTest(broken):
                self.assertRan(self.apply(pool(fine) + "---\n" + broken), 2, part, "nothing was sent")
                self.assertNotIn(fine, present())
        self.assertRan(command_line.run("apply", "-f", "/nonexistent"), 2, "/nonexistent cannot be read")

    def test_secrets_come_from_elsewhere_and_are_never_shown(self):
        name = self.name()
        (self.folder / "token").write_text(HIDDEN + "\n", encoding="utf-8")
        text = pool(name) + "  secrets:\n  - {name: a, valueFrom: {file: token}}\n  - {name: b, valueFrom: {env: B}}\n"
        self.assertRan(self.apply(text), 2, "the variable B is not set")
        self.assertRan(self.apply(text, B=HIDDEN), 0, "+ properties.secrets.a")
        self.assertEqual(present()[name]["properties"]["secrets"], [{"name": "a"}, {"name": "b"}])
        made = present()[name]["systemData"]
        self.assertRan(self.apply(text, B=HIDDEN), 0, "is unchanged", "values of 2 secrets not compared")
        self.assertEqual(present()[name]["systemData"], made)
        self.assertRan(self.apply(text, "--send-secrets", B=HIDDEN), 0, "secrets sent")
        self.assertNotEqual(present()[name]["systemData"], made)

    def test_a_template_with_parameters(self):
        name = self.name()
        template = {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"name": {"type": "string"}, "most": {"type": "int", "defaultValue": 2}},
            "resources": [{
                "type": "Microsoft.App/sessionPools", "apiVersion": "2025-07-01", "name": "[parameters('name')]",
                "location": "local", "properties": {"scaleConfiguration": {"maxConcurrentSessions": "[parameters('most')]"}},
            }],
        }  # fmt: skip
        text = json.dumps(template)
        self.assertRan(self.apply(text), 2, "--parameters name=")
        self.assertRan(self.apply(text, "--parameters", f"name={name}", "-p", "most=7"), 0, f"{name}: made")
        self.assertEqual(present()[name]["properties"]["scaleConfiguration"]["maxConcurrentSessions"], 7)
        parameters = self.folder / "parameters.json"
        parameters.write_text(json.dumps({"parameters": {"name": {"value": name}}}), encoding="utf-8")
        self.assertRan(self.apply(text, "-p", f"@{parameters}"), 0, "maxConcurrentSessions: 7 -> 2")

    def test_a_kill_between_two_documents_leaves_whole_pools_only(self):
        names = [self.name() for _ in range(12)]
        self.file.write_text("---\n".join(pool(name, 5, "tags: {whole: 'yes'}\n") for name in names), encoding="utf-8")
        process = subprocess.Popen(
            [cluster.current.binary, "apply", "-f", str(self.file)],
            stdout=subprocess.PIPE,
            text=True,
            env=command_line.environment(),
        )
        with process:
            made = next((line for line in process.stdout if line.endswith(": made\n")), None)
            process.kill()
        self.assertIsNotNone(made)
        found = present()
        self.assertIn(names[0], found)
        for name in names:
            if name in found:
                self.assertEqual(found[name]["tags"], {"whole": "yes"})
                self.assertEqual(found[name]["properties"]["scaleConfiguration"]["maxConcurrentSessions"], 5)
        self.assertRan(self.apply(), 0, f"{names[0]} is unchanged")
        self.assertLessEqual(set(names), present().keys())

    def test_what_the_server_refuses_is_told_with_what_was_done(self):
        name = self.name()
        self.file.write_text(pool(name), encoding="utf-8")
        body = json.dumps({"name": "reader", "roles": ["executor"], "pools": ["*"]}).encode()
        key = wire.send("POST", "/cloister/v1/keys", body).json
        self.addCleanup(wire.send, "DELETE", f"/cloister/v1/keys/{key['id']}")
        self.assertRan(self.apply(None, CLOISTER_API_KEY=key["secret"]), 2, "HTTP 403")
