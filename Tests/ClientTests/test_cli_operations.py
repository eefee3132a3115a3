"""`cloister session`, `node`, `key`, `context`, `logs`, `version`, `completion` as processes."""

import json
import os
import pathlib
import stat
import subprocess
import tempfile
import unittest

import cluster
import program
import wire
from test_cli_exec import on_terminal


class Shown(unittest.TestCase):
    def setUp(self):
        self.session = wire.fresh("shown")
        wire.run("1", self.session)
        self.addCleanup(lambda: wire.stop(self.session))

    def test_every_list_comes_in_every_format(self):
        commands = (
            ("session", "list"), ("session", "show", self.session), ("node", "list"), ("node", "show", "worker-1"),
            ("key", "list"), ("context", "list"), ("context", "show"), ("version",),
            ("files", "ls", "--identifier", self.session),
        )  # fmt: skip
        for command in commands:
            with self.subTest(command):
                found = program.document(*command)
                # The YAML of a JSON list or object has the same members in the same order.
                yaml = program.done(*command, "-o", "yaml")
                first = found[0] if isinstance(found, list) and found else found
                for name in first if isinstance(first, dict) else ():
                    self.assertIn(f"{name}:", yaml)
                ended = program.run(*command)
                self.assertEqual(ended.returncode, 0, ended)
                self.assertNotIn(b"\x1b", ended.stdout)
                self.assertEqual(program.run(*command, "-o", "xml").returncode, 64)

    def test_a_session_is_listed_shown_and_stopped(self):
        mine = [each for each in program.document("session", "list") if each["identifier"] == self.session]
        self.assertEqual([each["pool"] for each in mine], ["python"])
        self.assertTrue(program.document("session", "show", self.session)["isLive"])
        program.done("session", "stop", self.session)
        ended = program.document("session", "show", self.session)
        self.assertEqual((ended["isLive"], ended["session"]), (False, None))
        self.assertEqual(ended["ended"][0]["cause"], "stopped")
        program.done("session", "stop", self.session)
        self.assertEqual(program.run("session", "show", wire.fresh("never")).returncode, 2)

    def test_nodes_tell_what_operators_need(self):
        worker = program.document("node", "show", "worker-1")
        self.assertEqual((worker["role"], worker["state"], worker["epoch"]), ("worker", "serving", 1))
        self.assertIn("python", [each["pool"] for each in worker["ready"]])
        self.assertGreaterEqual(program.document("node", "list")[0]["sessions"], 1)
        missing = program.run("node", "show", "nobody")
        self.assertEqual(missing.returncode, 2)
        self.assertIn(b"ResourceNotFound", missing.stderr)

    def test_the_console_of_a_guest_without_memory_says_which_process_it_ended(self):
        quiet = program.run("logs", "--identifier", self.session)
        self.assertEqual((quiet.returncode, quiet.stdout), (0, b""))
        program.run("exec", "--identifier", self.session, "kept = [bytearray(50_000_000) for _ in range(100)]")
        said = program.done("logs", "--identifier", self.session)
        self.assertIn("Killed process", said)
        self.assertEqual(program.done("logs", "--identifier", self.session), said, "it is kept when it was read")
        self.assertEqual(program.run("logs", "--identifier", wire.fresh("never")).returncode, 2)

    def test_colours_are_for_terminals(self):
        self.assertIn("\x1b[1m", on_terminal("node", "list"))
        self.assertNotIn("\x1b", on_terminal("node", "list", NO_COLOR="1"))
        self.assertNotIn(b"\x1b", program.run("node", "list").stdout)

    def test_help_is_everywhere_and_has_an_example(self):
        listed = program.done("--help")
        self.assertIn("Exit codes:", listed)
        for command in (
            ("exec",), ("run",), ("files",), ("files", "put"), ("files", "get"), ("files", "ls"), ("files", "rm"), ("files", "cat"),
            ("session", "list"), ("session", "show"), ("session", "stop"), ("node", "list"), ("node", "show"), ("logs",),
            ("key", "create"), ("key", "revoke"), ("context",), ("context", "set"), ("context", "use"), ("version",),
        ):  # fmt: skip
            with self.subTest(command):
                self.assertIn("Example:", program.done(*command, "--help"))


class Errors(unittest.TestCase):
    def test_they_say_what_to_do_next(self):
        wrong = program.environment(CLOISTER_API_KEY="not-the-key-of-this-cluster-at-all-0123456789")
        executor = program.environment(CLOISTER_API_KEY=self.key("executor"))
        nobody = program.environment(CLOISTER_URL="http://127.0.0.1:9")
        with tempfile.TemporaryDirectory() as empty:
            none = program.environment(CLOISTER_URL=None, CLOISTER_API_KEY=None)
            for words, env, arguments in (
                (("Unauthorized", "CLOISTER_API_KEY"), wrong, ("session", "list")),
                (("Forbidden", "cloister key"), executor, ("node", "list")),
                (("cannot be reached", "CLOISTER_URL"), nobody, ("session", "list")),
                (("cloister pool list",), None, ("session", "list", "--pool", "nowhere")),
                (("cloister up",), none, ("session", "list", "--state-dir", empty)),
                (("--api-key-file",), program.environment(CLOISTER_API_KEY=None, CLOISTER_URL="https://cloister.invalid"),
                 ("session", "list")),
                (("is no address",), program.environment(CLOISTER_URL="ftp://x"), ("session", "list")),
            ):  # fmt: skip
                with self.subTest(arguments=arguments, words=words):
                    ended = program.run(*arguments, env=env)
                    self.assertEqual((ended.returncode, ended.stdout), (2, b""), ended)
                    self.assertEqual(ended.stderr.count(b"\n"), 1, "one sentence after the other on one line")
                    for word in words:
                        self.assertIn(word, ended.stderr.decode())

    def key(self, role):
        made = program.document("key", "create", "--name", "of the test", "--role", role, "--pool", "python")
        self.addCleanup(lambda: program.run("key", "revoke", made["id"]))
        return made["secret"]


class Contexts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cloister-contexts-")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        self.env = program.environment(XDG_CONFIG_HOME=folder.name, CLOISTER_URL=None, CLOISTER_API_KEY=None)

    def run_here(self, *arguments, **options):
        return program.run(*arguments, env=self.env | options.pop("more", {}), **options)

    def set_work(self, *more):
        ended = self.run_here(
            "context", "set", "work", "--url", cluster.current.url, "--api-key-stdin", *more, stdin=cluster.current.key.encode()
        )
        self.assertEqual((ended.returncode, ended.stderr), (0, b""))

    def test_a_context_leads_to_its_cluster_with_its_key(self):
        self.set_work("--use", "--pool", "shell")
        self.assertEqual(self.run_here("exec", "echo from its pool").stdout, b"from its pool\n")
        self.assertEqual(self.run_here("exec", "--pool", "python", "6*7").stdout, b"42\n")
        self.assertEqual(self.run_here("exec", "6*7", more={"CLOISTER_POOL": "python"}).stdout, b"42\n")
        shown = json.loads(self.run_here("context", "show", "-o", "json").stdout)
        self.assertEqual((shown["name"], shown["isCurrent"], shown["pool"]), ("work", True, "shell"))
        self.assertEqual(self.run_here("context", "use", "local").returncode, 0)
        self.assertEqual(self.run_here("node", "list", "--context", "work").returncode, 0)
        self.assertEqual(self.run_here("node", "list", more={"CLOISTER_CONTEXT": "work"}).returncode, 0)
        self.assertEqual(self.run_here("context", "remove", "work").returncode, 0)
        self.assertEqual(os.listdir(self.home / "cloister/keys"), [])
        self.assertIn(b"there are: local", self.run_here("node", "list", "--context", "work").stderr)

    def test_files_are_for_their_owner_and_others_are_not_believed(self):
        self.set_work()
        for path, mode in (("contexts.yaml", 0o600), ("keys/work", 0o600), ("", 0o700), ("keys", 0o700)):
            self.assertEqual(stat.S_IMODE(os.stat(self.home / "cloister" / path).st_mode), mode, path)
        self.assertNotIn(cluster.current.key, (self.home / "cloister/contexts.yaml").read_text())
        os.chmod(self.home / "cloister/contexts.yaml", 0o666)
        self.assertIn(b"chmod 600", self.run_here("node", "list", "--context", "work").stderr)
        os.chmod(self.home / "cloister/contexts.yaml", 0o600)
        os.chmod(self.home / "cloister/keys/work", 0o644)
        self.assertIn(b"Others than its owner", self.run_here("node", "list", "--context", "work").stderr)

    def test_a_key_goes_to_no_other_address(self):
        self.set_work("--use")
        # Another address by flag: neither the context's key nor the local cluster's goes there.
        ended = self.run_here("node", "list", "--url", "http://cloister.invalid:1")
        self.assertIn(b"No API key", ended.stderr)
        # Another address for the context: its key is not the other's.
        self.assertEqual(self.run_here("context", "set", "work", "--url", "http://cloister.invalid:1").returncode, 0)
        self.assertIn(b"has no API key", self.run_here("node", "list").stderr)

    def test_flags_win_over_the_environment(self):
        self.set_work()
        self.assertEqual(
            self.run_here("node", "list", "--context", "work", more={"CLOISTER_URL": "http://127.0.0.1:9"}).returncode, 0
        )
        both = self.run_here("node", "list", "--context", "work", "--url", cluster.current.url)
        self.assertIn(b"give one of them", both.stderr)

    def test_what_is_wrong_in_the_file_is_said(self):
        self.set_work()
        file = self.home / "cloister/contexts.yaml"
        for text, word in (("a: [", b"is not YAML"), ("- 1", b"no list of contexts"), ("contexs: []", b"unknown member"),
                           ("contexts: [{name: x}]", b"without name and url"), ("current: nowhere", b"no context")):  # fmt: skip
            with self.subTest(text):
                file.write_text(text)
                ended = self.run_here("context", "list")
                self.assertEqual(ended.returncode, 2)
                self.assertIn(word, ended.stderr)


class Completion(unittest.TestCase):
    def complete(self, line, env=None):
        """What bash offers at the end of a line."""
        binary = cluster.current.binary
        script = (
            'source <("$0" completion bash); complete -p cloister > /dev/null || exit 9\n'
            'COMP_LINE=$1; COMP_POINT=${#COMP_LINE}; read -ra COMP_WORDS <<< "$COMP_LINE"\n'
            '[[ $COMP_LINE == *" " ]] && COMP_WORDS+=("")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n'
            '_cloister cloister "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(binary, f"{folder}/cloister")
            env = env or program.environment()
            env["PATH"] = f"{folder}:{env['PATH']}"
            ended = subprocess.run(["bash", "-c", script, binary, line], env=env, capture_output=True, text=True, timeout=60)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended)
        return {each.strip() for each in ended.stdout.split("\n")} - {""}

    def test_the_scripts_are_there_for_each_shell(self):
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("cloister", program.done("completion", shell))
        checked = subprocess.run(["bash", "-n"], input=program.done("completion", "bash"), text=True, timeout=60)
        self.assertEqual(checked.returncode, 0)
        self.assertEqual(program.run("completion", "tcsh").returncode, 64)

    def test_commands_options_pools_and_sessions_are_offered(self):
        session = wire.fresh("offered")
        wire.run("1", session)
        self.addCleanup(lambda: wire.stop(session))
        self.assertIn("session", self.complete("cloister se"))
        self.assertIn("--identifier", self.complete("cloister exec --id"))
        self.assertLessEqual({"python", "node", "shell"}, self.complete("cloister exec --pool "))
        self.assertIn(session, self.complete("cloister session stop "))
        self.assertIn("local", self.complete("cloister context use "))

    def test_a_cluster_that_does_not_answer_is_no_trouble(self):
        env = program.environment(CLOISTER_URL="http://127.0.0.1:9")
        self.assertEqual(self.complete("cloister exec --pool ", env), set())
