"""The command line as a process: what it prints, where, and how it ends."""

import json
import os
import subprocess
import tempfile

import cluster

# As long as a busy machine takes for a command that has nothing to wait for.
PATIENCE = 60
# What would change the meaning of a command in these tests.
FOREIGN = ("CLOISTER_URL", "CLOISTER_API_KEY", "CLOISTER_CONTEXT", "CLOISTER_STATE_DIR",
           "CLOISTER_POOL", "CLOISTER_CA_FILE", "NO_COLOR")  # fmt: skip


def environment(**more):
    """The environment of a command that asks the tests' cluster; None takes a variable away."""
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    own |= {"XDG_CONFIG_HOME": home(), "CLOISTER_URL": cluster.current.url, "CLOISTER_API_KEY": cluster.current.key}
    own |= more
    return {name: value for name, value in own.items() if value is not None}


def home():
    """A folder for contexts that are none of the person who runs the tests."""
    global _home
    if _home is None:
        _home = tempfile.TemporaryDirectory(prefix="cloister-home-")
    return _home.name


_home = None


def start(*arguments, **options):
    """Begins a command with pipes for its output."""
    variables = options.pop("env", None) or environment()
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([cluster.current.binary, *arguments], env=variables, **options)


def run(*arguments, stdin=None, env=None, cwd=None):
    """Runs a command to its end; `stdout` and `stderr` are bytes."""
    given = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run(
        [cluster.current.binary, *arguments], env=env or environment(), capture_output=True, timeout=PATIENCE, cwd=cwd, **given
    )


def done(*arguments, **options):
    """What a command prints that has to succeed and has nothing to complain of."""
    ended = run(*arguments, **options)
    if ended.returncode != 0 or ended.stderr:
        raise AssertionError(f"{arguments}: {ended}")
    return ended.stdout.decode()


def document(*arguments, **options):
    """The JSON that a command prints."""
    return json.loads(done(*arguments, "-o", "json", **options))
