"""Terminals: the routes, and `cloister shell` under a real PTY (docs/terminals.md)."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import unittest
import urllib.parse

import cluster
import memory
import wire
from person import PATIENCE, Person


def show(session, terminal):
    return wire.send("GET", wire.target(f"terminals/{terminal}", session, "shell"))


def output(session, terminal, place=0):
    """What the terminal shows from a place on, until the answer ends."""
    return wire.send("GET", wire.target(f"terminals/{terminal}/output", session, "shell", **{"from": place}))


def type_into(session, terminal, text, **query):
    return wire.send("POST", wire.target(f"terminals/{terminal}/input", session, "shell", **query), text.encode())


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about")
        time.sleep(0.1)
    return value


def shell(session, command):
    body = json.dumps({"shellCommand": command}).encode()
    return wire.send("POST", wire.target("executions", session, "shell"), body).json["result"]["stdout"]


class Routes(unittest.TestCase):
    def setUp(self):
        self.session = wire.fresh("terminal")
        self.addCleanup(lambda: wire.stop(self.session, "shell"))

    def open(self, command=(), **members):
        return wire.terminal(self.session, list(command), "shell", **members)

    def test_what_is_sent_twice_is_typed_once(self):
        terminal = self.open(["/bin/sh", "-c", "stty -echo; while read line; do echo got $line; done"])
        for text, place in (("one\n", 0), ("one\n", 0), ("one\ntwo\n", 0), ("\nthree\n", 7), ("\x04", 14)):
            self.assertEqual(type_into(self.session, terminal, text, **{"from": place}).status, 200)
        shown = output(self.session, terminal)
        self.assertTrue(shown.body.endswith(b"got one\r\ngot two\r\ngot three\r\n"), shown)
        self.assertEqual(show(self.session, terminal).json["inputPosition"], 15)

    def test_one_more_than_may_be_is_refused_and_an_end_makes_room(self):
        opened = [self.open(["cat"]) for _ in range(8)]
        body = json.dumps({"command": ["cat"]}).encode()
        refused = wire.send("POST", wire.target("terminals", self.session, "shell"), body)
        self.assertEqual((refused.status, refused.code), (429, "TooManyTerminals"), refused)
        self.assertEqual(wire.send("DELETE", wire.target(f"terminals/{opened[3]}", self.session, "shell")).status, 204)
        ended = until(lambda: (now := show(self.session, opened[3]).json)["state"] == "Ended" and now, "the end")
        self.assertEqual((ended["endCause"], ended["exitCode"]), ("Closed", 129))
        self.open(["cat"])

    def test_a_flood_fills_nothing_and_stops_nobody(self):
        with memory.measured(self, "a flood in a terminal", 64):
            terminal = self.open(["yes", "x" * 1000])
            # Nobody reads, so it stands.
            held = until(lambda: (now := show(self.session, terminal).json["outputPosition"]) >= 100_000 and now, "the flood")
            self.assertEqual(shell(self.session, "echo beside it"), "beside it\n")
            self.assertLessEqual(show(self.session, terminal).json["outputPosition"], 200_000)
            # Somebody reads, slowly, and every byte is there.
            seen = b""
            with contextlib.closing(wire.connect()) as line:
                headers = {"Authorization": f"Bearer {cluster.current.key}"}
                line.request("GET", wire.target(f"terminals/{terminal}/output", self.session, "shell"), headers=headers)
                answer = line.getresponse()
                while len(seen) < 3_000_000:
                    seen += answer.read(100_000)
            rows = seen.split(b"\r\n")
            self.assertEqual(set(rows[:-1]), {b"x" * 1000})
            self.assertGreater(show(self.session, terminal).json["outputPosition"], held)
            type_into(self.session, terminal, "\x03")
            place = show(self.session, terminal).json["outputPosition"]
            while show(self.session, terminal).json["state"] == "Running":
                place += len(output(self.session, terminal, place).body)
            self.assertEqual(show(self.session, terminal).json["exitCode"], 130)

    def test_the_example_of_the_document_runs_as_pasted(self):
        self.addCleanup(wire.send, "DELETE", wire.target("session", "terminal-1", pool="shell"))
        text = (pathlib.Path(__file__).parents[2] / "docs" / "terminals.md").read_text(encoding="utf-8")
        *_, example = re.findall(r"(?s)```sh\n(.*?)```", text)
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", example],
            env={**os.environ, "CLOISTER": cluster.current.url, "KEY": cluster.current.key},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        self.assertIn("30 100", ran.stdout)
        self.assertIn('"exitCode":3', ran.stdout)

    def test_the_end_of_the_session_ends_its_terminals_and_is_told(self):
        terminal = self.open(["cat"])
        answers = []
        reader = threading.Thread(target=lambda: answers.append(output(self.session, terminal)))
        reader.start()
        type_into(self.session, terminal, "there\n")
        until(lambda: show(self.session, terminal).json["outputPosition"] >= 14, "the echo")
        wire.stop(self.session, "shell")
        reader.join(PATIENCE)
        self.assertEqual((answers[0].status, answers[0].body), (200, b"there\r\nthere\r\n"))
        gone = show(self.session, terminal)
        self.assertEqual((gone.status, gone.code), (404, "TerminalNotFound"), gone)

    def test_the_audit_and_the_rights_are_those_of_executions(self):
        body = json.dumps({"name": "other", "roles": ["executor"], "pools": ["python"]}).encode()
        key = wire.send("POST", "/cloister/v1/keys", body).json["secret"]
        terminal = self.open(["cat"])
        for method, below in (("GET", ""), ("DELETE", ""), ("GET", "/output"), ("POST", "/input")):
            target = wire.target(f"terminals/{terminal}{below}", self.session, "shell")
            self.assertEqual(wire.send(method, target, b"x" if method == "POST" else None, key=key).status, 403)


class Shell(unittest.TestCase):
    def setUp(self):
        self.session = wire.fresh("shell")
        self.addCleanup(lambda: wire.stop(self.session, "shell"))

    def sit_down(self, *arguments, **window):
        person = Person("shell", "--identifier", self.session, *arguments, **window)
        return self.enterContext(person)

    def test_it_types_resizes_interrupts_and_ends_with_the_code_of_the_shell(self):
        with Person("shell", columns=91, rows=31) as person:
            person.until("$ ")
            self.assertNotEqual(person.modes(), person.modes_before, "every key goes to the session")
            person.type("stty size\r")
            place = person.until("31 91\r\n")
            person.resize(70, 20)
            person.type("until [ \"$(stty size)\" = '20 70' ]; do sleep 0.1; done; echo resi''zed\r")
            place = person.until("resized\r\n", place)
            # The program itself says that it runs: an interrupt while bash still forks meets bash, which may then lose
            # what is typed ahead or read it as the end (so does bash on a PTY of this machine, once in ten times).
            person.type("sh -c 'echo sle\"\"eps; exec sleep 1000'\r")
            place = person.until("sleeps\r\n", place)
            person.type("\x03")
            place = person.until("$ ", place)
            person.type("echo code $((1000 + $?))\r")
            place = person.until("code 1130\r\n", place)
            person.type("exit 7\r")
            self.assertEqual(person.end(), 7)
            self.assertEqual(person.modes(), person.modes_before)
            session = re.search(rb"session (shell-\w+) in pool shell, which is stopped", person.seen)[1].decode()
        self.assertEqual(wire.send("GET", wire.target("session", session, "shell")).status, 404)

    def test_two_at_once_share_the_session_and_nothing_else(self):
        first, second = self.sit_down(), self.sit_down()
        for person in (first, second):
            person.until("$ ")
        first.type("x=1; echo from the first > /mnt/data/note; echo wri''tten\r")
        first.until("written\r\n")
        second.type("cat /mnt/data/note; echo ${x-no''thing}\r")
        second.until("from the first\r\n")
        second.until("nothing\r\n")
        for person in (first, second):
            person.type("echo at $(tty)\r")
            person.until("\r\n", person.until("at /dev/pts/"))
        places = {re.search(rb"at (/dev/pts/\d+)\r\n", person.seen)[1] for person in (first, second)}
        self.assertEqual(len(places), 2, "each has a terminal of its own")
        self.assertEqual(shell(self.session, "cat note"), "from the first\n")
        second.type("exit\r")
        self.assertEqual(second.end(), 0)
        first.type("echo st''ill here\r")
        first.until("still here\r\n")

    def test_a_full_screen_program_is_drawn_anew_when_the_window_changes(self):
        # The trap only takes a note: bash forgets a signal that comes while the trap of that signal still runs.
        person = self.sit_down("--", "bash", "-c", """
            trap 'exit 130' INT; trap 'changed=1' WINCH; echo ready
            while :; do
                if [ "$changed" ]; then changed=; echo now $(stty size); fi
                sleep 0.1
            done""")  # fmt: skip
        place = person.until("ready\r\n")
        for columns, rows in ((100, 40), (33, 9)):
            person.resize(columns, rows)
            place = person.until(f"now {rows} {columns}\r\n", place)
        person.type("\x03")
        self.assertEqual(person.end(), 130)

    def test_a_client_that_is_killed_leaves_its_terminal_to_the_next(self):
        person = self.sit_down()
        person.until("$ ")
        person.type("kept=5; echo rea''dy\r")
        person.until("ready\r\n")
        person.kill(signal.SIGKILL)
        person.end()
        terminals = wire.send("GET", wire.target("terminals", self.session, "shell")).json["value"]
        self.assertEqual([terminal["state"] for terminal in terminals], ["Running"])
        again = self.sit_down("--attach", terminals[0]["id"], columns=50, rows=10)
        again.until("ready\r\n")
        again.type("echo kept $kept $(stty size)\r")
        again.until("kept 5 10 50\r\n")

    def test_it_detaches_and_hangs_up_when_it_is_told_to(self):
        person = self.sit_down()
        person.until("$ ")
        person.type("echo a~.b\r")
        place = person.until("a~.b\r\n")
        person.type("~?")
        place = person.until("~d leaves the program running", place)
        person.type("\r~d")
        # The last words may still be on their way when the process has ended.
        person.until("\r\n", person.until("--attach ", place))
        self.assertEqual(person.end(), 0)
        self.assertEqual(person.modes(), person.modes_before)
        terminal = re.search(rb"--attach ([0-9a-f]{16})", person.seen)[1].decode()
        self.assertEqual(show(self.session, terminal).json["state"], "Running")
        again = self.sit_down("--attach", terminal)
        again.until("a~.b\r\n")
        again.type("\r~.")
        self.assertEqual(again.end(), 129)
        self.assertEqual(again.modes(), again.modes_before)
        until(lambda: show(self.session, terminal).json.get("endCause") == "Closed", "the hang-up")

    def test_a_signal_ends_it_with_the_modes_as_they_were(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            person = self.sit_down()
            person.until("$ ")
            person.kill(number)
            self.assertEqual(person.end(), 128 + number)
            self.assertEqual(person.modes(), person.modes_before)

    def test_broken_connections_lose_nothing_and_type_nothing_twice(self):
        with Breaker() as breaker:
            person = self.sit_down(url=breaker.url)
            person.until("$ ")
            person.type("stty -echo; PS1=; echo qui''et\r")
            place = person.until("quiet\r\n")
            person.type("for n in {0..29}; do for m in {0..49}; do echo line $((50 * n + m)); done; sleep 0.1; done; echo do''ne\r")
            while b"done\r\n" not in person.seen[place:]:
                self.assertIsNone(person.process.poll(), person.seen[-2000:])
                time.sleep(0.7)
                breaker.cut()
            lines = re.findall(rb"line (\d+)\r\n", person.seen)
            self.assertEqual([int(line) for line in lines], list(range(1500)))
            # What comes while bash still edits the line before is not read as lines: Enter would be no line end.
            person.type("echo rea''dy; read text; echo got $text\r")
            person.until("ready\r\n", place)
            for letter in "abcdefghij":
                person.type(letter)
                breaker.cut()
            person.type("\r")
            person.until("got abcdefghij\r\n", place)

    def test_who_has_no_connection_can_leave_all_the_same(self):
        for keys, code in (("~d", 0), ("~.", 129)):
            with Breaker() as breaker:
                person = self.sit_down(url=breaker.url)
                person.until("$ ")
                breaker.stop()
                person.type("echo nev''er\r")
                person.until("Trying again.")
                person.type(keys)
                self.assertEqual(person.end(), code)
                self.assertEqual(person.modes(), person.modes_before)

    def test_the_end_of_the_session_is_told(self):
        person = self.sit_down()
        person.until("$ ")
        wire.stop(self.session, "shell")
        self.assertEqual(person.end(), 2)
        person.until("TerminalNotFound")
        self.assertEqual(person.modes(), person.modes_before)

    def test_without_a_terminal_it_says_what_to_do(self):
        result = subprocess.run(
            [cluster.current.binary, "shell", "--url", cluster.current.url],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={"CLOISTER_API_KEY": cluster.current.key},
        )
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("needs a terminal", result.stderr)


class Breaker:
    """A proxy whose connections can be broken."""

    def __init__(self):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._open = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Takes no connection any more."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()

    def _accept(self):
        address = urllib.parse.urlsplit(cluster.current.url)
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            server = socket.create_connection((address.hostname, address.port))
            with self._lock:
                self._open |= {client, server}
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                sink.sendall(part)
        for line in (source, sink):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def cut(self):
        """Breaks all connections there are, with whatever is in them."""
        with self._lock:
            lines, self._open = self._open, set()
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
