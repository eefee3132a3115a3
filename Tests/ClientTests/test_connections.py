"""What HTTP allows and clients do: chunks, pipelines, old versions, lies about lengths, crowds; and pages of lists."""

import concurrent.futures
import json
import random
import socket
import time
import unittest
import urllib.parse

import cluster
import memory
import wire
from test_hostile_input import answers


def address():
    parts = urllib.parse.urlsplit(cluster.current.url)
    return parts.hostname, parts.port


def head(method, target, *fields, version="1.1"):
    lines = [
        f"{method} {target} HTTP/{version}",
        f"Host: {address()[0]}",
        f"Authorization: Bearer {cluster.current.key}",
        *fields,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def talk(data, last=b""):
    """Everything that comes back until the server closes."""
    with socket.create_connection(address(), timeout=60) as line:
        line.sendall(data + last)
        reply = b""
        while more := line.recv(1 << 20):
            reply += more
    return reply


class Connections(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = wire.fresh("connection")
        wire.run("kept = 42", cls.session)
        cls.addClassCleanup(lambda: wire.stop(cls.session))
        cls.place = wire.target("executions", cls.session)

    def test_requests_one_after_the_other_without_waiting_are_answered_in_order(self):
        bodies = [json.dumps({"code": f"{number}"}).encode() for number in range(40)]
        requests = [head("POST", self.place, f"Content-Length: {len(body)}") + body for body in bodies]
        last = head("GET", "/healthz", "Connection: close")
        replies = list(answers(talk(b"".join(requests), last), False))
        self.assertEqual([reply.json["result"]["executionResult"] for reply in replies[:-1]], list(range(40)))
        self.assertEqual(replies[-1].json, {"status": "alive"})

    def test_a_body_in_chunks_of_one_byte(self):
        body = json.dumps({"code": "'gestückelt ✓'"}, ensure_ascii=False).encode()
        chunks = b"".join(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in body) + b"0\r\n\r\n"
        reply = talk(head("POST", self.place, "Transfer-Encoding: chunked", "Connection: close") + chunks)
        self.assertEqual(next(answers(reply, False)).json["result"]["executionResult"], "gestückelt ✓")

    def test_an_upload_in_chunks_that_cut_the_boundary(self):
        content = random.Random(1).randbytes(300) + b"\r\n--boundary-of-the-tes\r\n" * 5
        body, fields = wire.form([("chunks.bin", content)])
        chunks = b"".join(b"3\r\n" + body[at : at + 3] + b"\r\n" for at in range(0, len(body) - 2, 3))
        rest = body[len(body) - len(body) % 3 :]
        chunks += (b"%x\r\n" % len(rest) + rest + b"\r\n" if rest else b"") + b"0\r\n\r\n"
        label = f"Content-Type: {fields['Content-Type']}"
        reply = talk(
            head("POST", wire.target("files", self.session), label, "Transfer-Encoding: chunked", "Connection: close")
            + chunks
        )
        self.assertEqual(next(answers(reply, False)).status, 200, reply)
        self.assertEqual(wire.send("GET", wire.target("files/chunks.bin/content", self.session)).body, content)

    def test_a_client_that_waits_to_be_told_to_go_on(self):
        body, fields = wire.form([("expected.txt", b"sent when asked")])
        with socket.create_connection(address(), timeout=60) as line:
            line.sendall(
                head("POST", wire.target("files", self.session), f"Content-Type: {fields['Content-Type']}",
                     f"Content-Length: {len(body)}", "Expect: 100-continue", "Connection: close")
            )  # fmt: skip
            self.assertTrue(line.recv(1 << 16).startswith(b"HTTP/1.1 100"))
            line.sendall(body)
            reply = b""
            while more := line.recv(1 << 16):
                reply += more
        self.assertEqual(next(answers(reply, False)).json["name"], "expected.txt")

    def test_http_1_0_is_answered(self):
        body = b'{"code":"5"}'
        reply = talk(
            head("POST", self.place, f"Content-Length: {len(body)}", "Connection: close", version="1.0") + body
        )
        self.assertEqual(next(answers(reply, False)).json["result"]["executionResult"], 5)

    def test_an_upload_that_breaks_off_leaves_nothing(self):
        body, fields = wire.form([("broken.bin", bytes(500_000))])
        with socket.create_connection(address(), timeout=60) as line:
            line.sendall(
                head(
                    "POST",
                    wire.target("files", self.session),
                    f"Content-Type: {fields['Content-Type']}",
                    f"Content-Length: {len(body)}",
                )
                + body[:400_000]
            )
        deadline = time.monotonic() + 30
        # What is unfinished has a name of its own, which is never shown and goes when the transfer is given up.
        while wire.run(
            "import os\n[name for name in os.listdir('/mnt/data') if 'cloister' in name]", self.session
        ).json["result"]["executionResult"]:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        answer = wire.send("GET", wire.target("files/broken.bin", self.session))
        self.assertEqual((answer.status, answer.code), (404, "FileNotFound"))

    def test_a_crowd_in_one_session_is_served_in_turn_or_told_to_come_again(self):
        session = wire.fresh("crowd")
        self.addCleanup(lambda: wire.stop(session))
        wire.run("count = 0", session)
        with concurrent.futures.ThreadPoolExecutor(60) as pool:
            replies = list(pool.map(lambda _: wire.run("count += 1\ncount", session), range(60)))
        served = [reply.json["result"]["executionResult"] for reply in replies if reply.status == 200]
        refused = [reply for reply in replies if reply.status != 200]
        self.assertEqual(sorted(served), list(range(1, len(served) + 1)), "each ran once, none at the same time")
        self.assertGreater(len(served), 0)
        for reply in refused:
            self.assertEqual(
                (reply.status, reply.code, reply.json["code"]), (429, "TooManyRequests", "TooManyRequests")
            )
            self.assertTrue(int(reply.header("retry-after")) > 0)
        self.assertEqual(wire.run("count", session).json["result"]["executionResult"], len(served))

    def test_new_sessions_at_the_same_time_are_one_session_if_they_have_one_name(self):
        session = wire.fresh("born")
        self.addCleanup(lambda: wire.stop(session))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: wire.run("1", session), range(8)))
        self.assertEqual({reply.status for reply in replies}, {200}, replies)
        self.assertEqual(len({reply.header("x-ms-session-guid") for reply in replies}), 1)
        self.assertEqual([reply.header("x-ms-new-allocation") for reply in replies].count("true"), 1)


class Transfers(unittest.TestCase):
    def test_a_great_file_goes_up_and_down_and_costs_little_memory(self):
        session = wire.fresh("great")
        self.addCleanup(lambda: wire.stop(session))
        wire.run("1", session)
        content = random.Random(2).randbytes(50_000_000)
        with memory.measured(self, "50 MB up and down", 64):
            self.assertEqual(wire.upload(session, "great.bin", content).status, 200)
            self.assertTrue(wire.send("GET", wire.target("files/great.bin/content", session)).body == content)

    def test_more_than_the_limit_is_refused_and_leaves_nothing(self):
        session = wire.fresh("over")
        self.addCleanup(lambda: wire.stop(session))
        body, fields = wire.form([("over.bin", bytes((129 << 20) + 1))])
        answer = wire.send("POST", wire.target("files", session), body, fields)
        self.assertEqual((answer.status, answer.code), (413, "PayloadTooLarge"))
        self.assertEqual(wire.send("GET", wire.target("files", session)).json, {"value": []})

    def test_pages_of_a_long_list_are_followed_to_the_letter(self):
        session = wire.fresh("pages")
        self.addCleanup(lambda: wire.stop(session))
        made = wire.run(
            "import os\nos.mkdir('/mnt/data/many')\nfor number in range(5005): open(f'/mnt/data/many/ü{number:05}', 'w').close()",
            session,
        )
        self.assertEqual(made.json["status"], "Succeeded", made)
        names, target = [], wire.target("files", session, path="many")
        while target:
            page = wire.send("GET", target).json
            names += [item["name"] for item in page["value"]]
            target = page.get("nextLink", "").removeprefix(cluster.current.url)
        self.assertEqual(names, [f"ü{number:05}" for number in range(5005)])
