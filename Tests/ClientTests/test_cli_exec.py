"""`cloister exec` as a process: live output, exit codes, signals, pipes."""

import json
import os
import pty
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import cluster
import program
import wire


class Execution(unittest.TestCase):
    def setUp(self):
        self.session = wire.fresh("exec")
        self.addCleanup(lambda: wire.stop(self.session))

    def test_output_value_and_errors_go_where_they_belong(self):
        ended = program.run("exec", "import sys; print('out'); print('err', file=sys.stderr); 6*7")
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, b"out\n42\n", b"err\n"))

    def test_the_session_of_an_identifier_stays_and_one_without_goes(self):
        program.done("exec", "--identifier", self.session, "x = 20")
        self.assertEqual(program.done("exec", "--identifier", self.session, "x + 1"), "21\n")
        before = {each["identifier"] for each in program.document("session", "list", "--pool", "python")}
        nameless = json.loads(program.done("exec", "-o", "json", "x = 1"))["identifier"]
        after = {each["identifier"] for each in program.document("session", "list", "--pool", "python")}
        self.assertIn(self.session, before)
        self.assertNotIn(nameless, after)
        self.assertEqual(program.document("session", "show", nameless)["ended"][0]["cause"], "stopped")

    def test_the_first_output_comes_before_the_end(self):
        code = (
            "import os, time\nprint('waiting', flush=True)\n"
            "while not os.path.exists('/mnt/data/go'): time.sleep(0.01)\nprint('gone on')"
        )
        with program.start("exec", "--identifier", self.session, code) as running:
            self.assertEqual(running.stdout.readline(), b"waiting\n")
            # The code ends only when this file is there, and it is not there before the line has come.
            self.assertIsNone(running.poll())
            self.assertEqual(wire.upload(self.session, "go", b"").status, 200)
            self.assertEqual(running.stdout.read(), b"gone on\n")
            self.assertEqual(running.wait(program.PATIENCE), 0)

    def test_exit_codes(self):
        shell = ("exec", "--pool", "shell", "--identifier", self.session)
        self.addCleanup(lambda: wire.stop(self.session, "shell"))
        cases = (
            (1, ("exec", "--identifier", self.session, "1/0")),
            (124, ("exec", "--identifier", self.session, "--timeout", "1", "while True: pass")),
            (125, ("exec", "--identifier", "abc", "1")),
            (125, ("exec", "--pool", "nowhere", "1")),
            (64, ("exec", "--unknown", "1")),
            (64, ("exec", "-f", "a", "1")),
            (64, ("exec", "--timeout", "0", "1")),
            (0, (*shell, "true")),
            (3, (*shell, "exit 3")),
            (127, (*shell, "no-such-program")),
            (137, (*shell, "kill -9 $$")),
            (124, (*shell, "--timeout", "1", "sleep 60")),
        )
        for status, arguments in cases:
            with self.subTest(arguments):
                ended = program.run(*arguments)
                self.assertEqual(ended.returncode, status, ended)
                self.assertEqual(ended.stdout, b"")

    def test_code_comes_from_a_file_or_standard_input(self):
        with tempfile.NamedTemporaryFile(suffix=".py") as file:
            file.write(b"print('from a file')")
            file.flush()
            self.assertEqual(program.done("exec", "-f", file.name), "from a file\n")
        self.assertEqual(program.done("exec", stdin=b"print('from a pipe')"), "from a pipe\n")
        self.assertEqual(program.done("exec", "-", stdin=b"print('said so')"), "said so\n")
        missing = program.run("exec", "-f", "/nowhere")
        self.assertEqual(missing.returncode, 125)
        self.assertIn(b"/nowhere", missing.stderr)

    def test_programs_of_shell_pools_get_arguments_and_standard_input(self):
        self.assertEqual(program.done("exec", "--pool", "shell", "--", "printf", "%s|", "a b", "$HOME"), "a b|$HOME|")
        self.assertEqual(program.done("exec", "--pool", "shell", "--stdin", "sort", stdin=b"b\na\n"), "a\nb\n")
        self.assertEqual(
            program.done("exec", "--pool", "shell", "--stdin", "--", "wc", "-c", stdin=b"12345").strip(), "5"
        )
        # Code is for interpreters: a pool that has one says so.
        refused = program.run("exec", "--", "ls")
        self.assertEqual(refused.returncode, 125)
        self.assertIn(b"SessionRequestNotSupported", refused.stderr)

    def test_all_of_it_as_one_document(self):
        found = program.document("exec", "--identifier", self.session, "import sys; print('a'); sys.stderr.write('b'); {'c': [1]}")
        self.assertEqual((found["stdout"], found["stderr"], found["result"]), ("a\n", "b", {"c": [1]}))
        self.assertEqual((found["status"], found["exitCode"], found["errorCode"]), ("Succeeded", 0, None))
        failed = program.run("exec", "-o", "json", "1/0")
        self.assertEqual(failed.returncode, 1)
        self.assertEqual(json.loads(failed.stdout)["errorCode"], "ExecutionFailed")
        self.assertIn("status: Succeeded\n", program.done("exec", "-o", "yaml", "1"))

    def test_pictures_are_saved_where_it_is_asked(self):
        code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
        with tempfile.TemporaryDirectory() as folder:
            ended = program.run("exec", "--images", f"{folder}/new", code)
            self.assertEqual(ended.returncode, 0, ended)
            with open(f"{folder}/new/image-1.png", "rb") as file:
                self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")

    def test_control_c_ends_the_code_and_its_session(self):
        with program.start("exec", "import time\nprint('on', flush=True)\ntime.sleep(600)") as running:
            self.assertEqual(running.stdout.readline(), b"on\n")
            running.send_signal(signal.SIGINT)
            self.assertEqual(running.wait(program.PATIENCE), 130)
        left = [each["identifier"] for each in program.document("session", "list", "--pool", "python")]
        self.assertFalse([each for each in left if each.startswith("exec-")], left)

    def test_control_c_leaves_a_session_that_has_a_name(self):
        code = "import time\nkept = 7\nprint('on', flush=True)\ntime.sleep(600)"
        with program.start("exec", "--identifier", self.session, code) as running:
            self.assertEqual(running.stdout.readline(), b"on\n")
            running.send_signal(signal.SIGINT)
            self.assertEqual(running.wait(program.PATIENCE), 130)
        self.assertEqual(program.done("exec", "--identifier", self.session, "kept"), "7\n")

    def test_a_reader_that_goes_ends_the_code(self):
        code = "import time\nkept = 8\nwhile True: print('line', flush=True); time.sleep(0.01)"
        with program.start("exec", "--identifier", self.session, code) as running:
            self.assertEqual(running.stdout.readline(), b"line\n")
            running.stdout.close()
            self.assertEqual(running.wait(program.PATIENCE), 141)
            self.assertEqual(running.stderr.read(), b"")
        # The session is free again at once: the code was cancelled and not left to its time-out.
        self.assertEqual(program.done("exec", "--identifier", self.session, "--timeout", "5", "kept"), "8\n")

    def test_a_connection_that_breaks_is_made_anew(self):
        code = "import time\nfor number in range(40): print(number, flush=True); time.sleep(0.05)"
        with BreakingProxy(cluster.current.url) as proxy:
            env = program.environment(CLOISTER_URL=proxy.url)
            ended = program.run("exec", "--identifier", self.session, code, env=env)
        self.assertGreater(proxy.broken, 1, "nothing was tested: no connection broke")
        self.assertEqual(ended.returncode, 0, ended)
        self.assertEqual(ended.stdout.decode(), "".join(f"{number}\n" for number in range(40)))

    def test_a_terminal_is_not_obeyed_by_the_guest_and_a_pipe_gets_all(self):
        code = "print('\\x1b]0;title\\x07\\x1b[31mred\\x1b[0m \\x1b[2J end')"
        piped = program.done("exec", "--identifier", self.session, code)
        self.assertEqual(piped, "\x1b]0;title\x07\x1b[31mred\x1b[0m \x1b[2J end\n")
        shown = on_terminal("exec", "--identifier", self.session, code)
        self.assertIn("\x1b[31mred\x1b[0m", shown)
        self.assertNotIn("\x1b]", shown)
        self.assertNotIn("\x1b[2J", shown)
        self.assertNotIn("\x07", shown)


def on_terminal(*arguments, **variables):
    """What a command shows on a terminal of its own."""
    parent, child = pty.openpty()
    env = program.environment(TERM="xterm", **variables)
    with subprocess.Popen(
        [cluster.current.binary, *arguments], stdin=child, stdout=child, stderr=child, env=env, start_new_session=True
    ) as running:
        os.close(child)
        shown = b""
        deadline = time.monotonic() + program.PATIENCE
        while time.monotonic() < deadline:
            ready, _, _ = select.select([parent], [], [], 1)
            if not ready:
                continue
            try:
                piece = os.read(parent, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        running.wait(program.PATIENCE)
    os.close(parent)
    return shown.decode()


class BreakingProxy:
    """Passes connections on and breaks each stream of events after some hundred bytes of answer."""

    BYTES = 1500

    def __init__(self, url):
        host, port = url.removeprefix("http://").split(":")
        self.target = (host, int(port))
        self.broken = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            threading.Thread(target=self._pass, args=(client, server, None), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, self.BYTES), daemon=True).start()

    def _pass(self, source, sink, most):
        passed = 0
        try:
            while piece := source.recv(4096):
                sink.sendall(piece)
                passed += len(piece)
                if most is not None and passed > most:
                    self.broken += 1
                    break
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()
