"""The examples of docs/getting-started.md, as pasted, in their order."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import cluster
import command_line

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "getting-started.md"


class GettingStarted(unittest.TestCase):
    def test_the_examples_run_as_pasted(self):
        examples = re.findall(r"(?ms)^```sh\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"))
        self.assertEqual(len(examples), 5)
        self.addCleanup(command_line.run, "pool", "delete", "reports", "--yes", "--no-wait")
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(cluster.current.binary, os.path.join(folder, "cloister"))
            outputs = []
            for example in examples:
                ran = subprocess.run(
                    ["bash", "-euo", "pipefail", "-c", example],
                    cwd=folder,
                    env=command_line.environment(),
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    timeout=180,
                    check=False,
                )
                self.assertEqual(ran.returncode, 0, f"{example}\n{ran.stdout}\n{ran.stderr}")
                outputs.append(ran.stdout)
            code, files, pool, agent, _ = outputs
            self.assertEqual(code.split("\n")[:2], ["42", "6"])
            self.assertIn("Linux", code)
            self.assertIn("chart.png", files)
            self.assertTrue(pathlib.Path(folder, "chart.png").read_bytes().startswith(b"\x89PNG"))
            for part in ("reports: made", "Everything is as the files say.", "from a pool of my own", "local/cloister"):
                self.assertIn(part, pool)
            self.assertIn("launchShell", agent)
