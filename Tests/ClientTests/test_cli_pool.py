"""`cloister pool` as a process, and the question that it asks at a terminal."""

import json
import unittest
import uuid

import person
import program
import wire


class Pool(unittest.TestCase):
    def made(self, *arguments):
        name = "cli" + uuid.uuid4().hex[:12]
        self.addCleanup(program.told, "pool", "delete", name, "--yes", "--no-wait")
        return name, program.told("pool", "create", name, *arguments)

    def assertRan(self, ran, status, *parts):
        self.assertEqual(ran.status, status, ran)
        for part in parts:
            self.assertIn(part, ran.output + ran.error)

    def shown(self, name):
        ran = program.told("pool", "show", name, "-o", "json")
        self.assertEqual(ran.status, 0, ran)
        return json.loads(ran.output)

    def test_the_whole_life_of_a_pool(self):
        name, ran = self.made("--max-sessions", "4", "--cooldown-period", "400", "--tag", "team=cli", "--timeout", "30")
        self.assertRan(ran, 0, name, "PythonLTS", "Timed 400 s", "local/cloister")
        pool = self.shown(name)
        self.assertFalse(pool["declared"])
        self.assertEqual(pool["properties"]["scaleConfiguration"], {"maxConcurrentSessions": 4})
        self.assertEqual(pool["properties"]["cloisterSettings"], {"timeoutSeconds": 30})
        # A time-out below that of the commands' own is no obstacle.
        self.assertEqual(program.done("exec", "--pool", name, "6 * 7"), "42\n")
        self.assertRan(program.told("pool", "create", name), 2, "already", f"cloister pool update {name}")

        self.assertRan(program.told("pool", "update", name), 64, "Nothing is to be changed")
        changed = program.told("pool", "update", name.upper(), "--max-sessions", "5", "--ready-sessions", "1",
                                   "--tag", "stage=test", "--untag", "team", "-o", "json")  # fmt: skip
        self.assertEqual(changed.status, 0, changed)
        self.assertEqual(json.loads(changed.output)["tags"], {"stage": "test"})
        scale = {"maxConcurrentSessions": 5, "readySessionInstances": 1}
        self.assertEqual(self.shown(name)["properties"]["scaleConfiguration"], scale)
        ran = program.told("pool", "update", name, "--ready-sessions", "0", "--lifecycle-type", "OnContainerExit",
                               "--max-alive-period", "900")  # fmt: skip
        self.assertRan(ran, 0, "OnContainerExit 900 s")
        self.assertEqual(self.shown(name)["properties"]["scaleConfiguration"], {"maxConcurrentSessions": 5})
        self.assertRan(program.told("pool", "update", name, "--memory", "1"), 2, "memoryMiB")

        self.assertEqual(wire.send("POST", f"/pools/{name}/executions?api-version={wire.LATEST}&identifier=from-the-command-line",
                                   b'{"code": "1"}').status, 200)  # fmt: skip
        self.assertRan(program.told("pool", "delete", name), 64, "--yes")
        self.assertRan(program.told("pool", "delete", name, "--yes"), 0, "its sessions end", f"{name} is gone")
        self.assertRan(program.told("pool", "show", name), 2, f"There is no pool {name}", "python")

    def test_declared_pools_are_shown_as_such_and_stay(self):
        ran = program.told("pool", "list")
        self.assertEqual(ran.status, 0, ran)
        line = next(line for line in ran.output.splitlines() if line.startswith("python "))
        self.assertTrue(line.endswith("configuration"), line)
        self.assertTrue(self.shown("python")["declared"])
        for arguments in (("update", "python", "--max-sessions", "1"), ("delete", "python", "--yes")):
            self.assertRan(program.told("pool", *arguments), 2, "stands in the configuration")
        yaml = program.told("pool", "list", "-o", "yaml")
        self.assertIn("  declared: true\n", yaml.output)

    def test_at_a_terminal_it_asks_before_it_removes(self):
        name, ran = self.made()
        self.assertEqual(ran.status, 0, ran)
        for answer, status, after in (("n\r", 2, "nothing was removed"), ("y\r", 0, "is gone")):
            with person.Person("pool", "delete", name) as somebody:
                somebody.until("[y/N]")
                somebody.type(answer)
                somebody.until(after)
                self.assertEqual(somebody.process.wait(60), status)
        self.assertEqual(program.told("pool", "show", name).status, 2)

    def test_one_wrong_name_leaves_every_pool(self):
        name, _ = self.made()
        self.assertRan(program.told("pool", "delete", name, "never-made", "--yes"), 2, "There is no pool never-made")
        self.assertEqual(self.shown(name)["name"], name)

    def test_secrets_come_from_files_and_are_shown_by_name_only(self):
        name, ran = self.made("--secret-file", "token=/proc/self/cmdline")
        self.assertRan(ran, 0)
        self.assertEqual(self.shown(name)["properties"]["secrets"], [{"name": "token"}])
        self.assertRan(program.told("pool", "update", name, "--secret-file", "a=/nonexistent"), 2, "/nonexistent")
