"""`cloister` as a process that asks the cluster of the tests."""

import os
import subprocess

import cluster


class Ran:
    """What became of a command."""

    def __init__(self, process):
        self.status = process.returncode
        self.output = process.stdout
        self.error = process.stderr

    def __str__(self):
        return f"exit code {self.status}\n{self.output}\n{self.error}"


def environment(**more):
    return {
        **os.environ,
        "CLOISTER_URL": cluster.current.url,
        "CLOISTER_API_KEY": cluster.current.key,
        "NO_COLOR": "1",
        **more,
    }


def run(*arguments, text=None, folder=None, **variables):
    """Runs a command to its end."""
    process = subprocess.run(
        [cluster.current.binary, *arguments],
        input=text or "",
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env=environment(**variables),
        check=False,
    )
    return Ran(process)
