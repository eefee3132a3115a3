"""Hostile requests: a corpus and a seeded fuzzer. No 5xx, no hang, no stranger disturbed, and the server goes on.

By hand: CLOISTER_FUZZ_SEED=7 CLOISTER_FUZZ_CASES=20000 Tests/ClientTests/run .build/debug/cloister test_hostile_input
"""

import concurrent.futures
import http.client
import io
import json
import os
import re
import socket
import time
import unittest
import urllib.parse

import cluster
import corpus
import fuzz
import memory
import wire

SEED = int(os.environ.get("CLOISTER_FUZZ_SEED", "1"))
CASES = int(os.environ.get("CLOISTER_FUZZ_CASES", "1500"))
# Longer than any answer takes that does not wait for a time-out, shorter than the server's patience with silence.
SECONDS = 30
# After which a client gives up what it has begun to send.
SILENCE = 0.5
# How many requests are under way at once.
AT_ONCE = 8


class HostileInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bystander = wire.fresh("bystander")
        cls.guid = wire.run("secret = 'undisturbed'", cls.bystander).header("x-ms-session-guid")
        wire.upload(cls.bystander, "mine.txt", b"undisturbed, too")
        for name in ("fuzz-corpus", "fuzz-one", "fuzz-two"):
            wire.run("1", name)

    @classmethod
    def tearDownClass(cls):
        for name in ("fuzz-corpus", "fuzz-one", "fuzz-two", cls.bystander):
            wire.stop(name)

    def check_bystander(self):
        answer = wire.run("secret", self.bystander)
        self.assertEqual(answer.json["result"]["executionResult"], "undisturbed")
        self.assertEqual(answer.header("x-ms-session-guid"), self.guid, "it is another session now")
        content = wire.send("GET", wire.target("files/mine.txt/content", self.bystander))
        self.assertEqual(content.body, b"undisturbed, too")

    def check(self, request, what):
        """Sends bytes, and looks at what comes back."""
        head = f"Host: {urllib.parse.urlsplit(cluster.current.url).netloc}\r\nAuthorization: Bearer {cluster.current.key}\r\nConnection: close\r\n"
        reply, gave_up = exchange(request.replace(b"{head}", head.encode()))
        method = request.split(b" ", 1)[0]
        for answer in answers(reply, method == b"HEAD"):
            # Who gives up before the answer has cancelled what was asked for.
            if not (gave_up and answer.status == 503 and answer.code == "NotReady"):
                self.assertLess(answer.status, 500, f"{what}: {request[:600]!r} -> {answer}")
            if answer.status >= 400 and answer.status != 403 and method != b"HEAD" and answer.body:
                document = json.loads(answer.body)
                error = document["error"]
                if "jsonrpc" in document:
                    # What the Model Context Protocol says of a message that is none.
                    self.assertTrue(isinstance(error["code"], int) and error["message"], answer)
                    continue
                self.assertTrue(error["code"] and error["message"] and error["traceId"], answer)
                self.assertEqual(answer.header("x-ms-error-code"), error["code"])
            elif answer.status >= 400 and answer.status != 403 and method != b"HEAD":
                # Only what was never a request for a route is answered so.
                self.assertEqual(answer.status, 400, f"{what}: {request[:600]!r} -> {answer}")
        return reply

    def test_the_corpus_harms_nobody(self):
        with memory.measured(self, "corpus", 64):
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                futures = [
                    pool.submit(self.check, request, f"number {number}")
                    for number, request in enumerate(corpus.REQUESTS)
                ]
            for number, future in enumerate(futures):
                with self.subTest(number=number):
                    future.result()
        self.check_bystander()

    def test_identifiers_of_every_kind_are_sessions_of_their_own(self):
        for identifier in corpus.IDENTIFIERS:
            if " " in identifier:
                continue
            with self.subTest(identifier):
                answer = wire.run(f"mine = {identifier!r}\nmine", identifier)
                self.assertEqual(answer.json["result"]["executionResult"], identifier, answer)
                self.assertEqual(answer.json["identifier"], identifier)
                shown = wire.send("GET", wire.target("session", identifier))
                self.assertEqual(shown.json["identifier"], identifier)
                self.assertEqual(wire.stop(identifier).status, 204)
        self.check_bystander()

    def test_what_a_seed_makes_harms_nobody(self):
        print(f"seed {SEED}, {CASES} cases (CLOISTER_FUZZ_SEED, CLOISTER_FUZZ_CASES)")
        fuzzer, began, slowest, kinds = fuzz.Fuzzer(SEED), time.monotonic(), 0, {}
        with memory.measured(self, "fuzzing", 64), concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for first in range(0, CASES, 250):
                requests = [fuzzer.request() for _ in range(first, min(first + 250, CASES))]
                futures = [
                    pool.submit(self.timed, request, f"seed {SEED}, number {first + number}")
                    for number, request in enumerate(requests)
                ]
                for future in futures:
                    reply, seconds = future.result()
                    slowest = max(slowest, seconds)
                    kinds[kind_of(reply)] = kinds.get(kind_of(reply), 0) + 1
                self.check_bystander()
        counts = ", ".join(f"{count} times {kind}" for kind, count in sorted(kinds.items()))
        print(f"{CASES} cases in {time.monotonic() - began:.1f} s, the slowest {slowest:.2f} s; answers: {counts}")

    def timed(self, request, what):
        began = time.monotonic()
        return self.check(request, what), time.monotonic() - began

    def test_a_crowd_of_silent_connections_keeps_nobody_out(self):
        address = urllib.parse.urlsplit(cluster.current.url)
        crowd = []
        try:
            for number in range(300):
                line = socket.create_connection((address.hostname, address.port), timeout=SECONDS)
                line.sendall(b"POST /pools/python/executions HTTP/1.1\r\nContent-Length: 100\r\n"[: number % 60])
                crowd.append(line)
            self.check_bystander()
        finally:
            for line in crowd:
                line.close()


def exchange(request):
    """Everything that the server says to some bytes, and whether we had to say that nothing more comes."""
    address = urllib.parse.urlsplit(cluster.current.url)
    with socket.create_connection((address.hostname, address.port), timeout=SECONDS) as line:
        try:
            line.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before its end; the answer may be there all the same
        reply, ended, deadline = b"", False, time.monotonic() + SECONDS
        line.settimeout(SILENCE)
        while True:
            try:
                more = line.recv(1 << 20)
            except ConnectionResetError:
                return reply, ended
            except TimeoutError:
                if not ended:
                    # The server waits for the rest of a request, or for the next one.
                    ended = True
                    line.shutdown(socket.SHUT_WR)
                more = None
            if more == b"":
                return reply, ended
            reply += more or b""
            if time.monotonic() > deadline:
                raise TimeoutError(f"no end of the answer to {request[:600]!r}: {reply[:600]!r}")


def kind_of(reply):
    """Status and code of an answer."""
    code = re.search(rb"(?i)\r\nx-ms-error-code: (\w+)", reply)
    return (reply[9:12].decode("latin-1") + (" " + code[1].decode() if code else "")) or "nothing"


class Reply:
    """Bytes that http.client takes for a socket."""

    def __init__(self, data):
        self.file = io.BytesIO(data)

    def makefile(self, *_, **__):
        return self.file


def answers(reply, is_head):
    """The answers that some bytes consist of."""
    source = Reply(reply)
    while source.file.tell() < len(reply):
        answer = http.client.HTTPResponse(source, method="HEAD" if is_head else "GET")
        # A response closes its file when it has been read; the next one begins behind it.
        source.file.close = lambda: None
        answer.begin()
        body = answer.read()
        yield wire.Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)
