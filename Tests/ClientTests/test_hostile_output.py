"""Code that does its worst with its output and its signals: bounded time and memory, and truncation that is told."""

import json
import os
import random
import time
import unittest

import memory
import wire

# `CLOISTER_TEST_OUTPUT_MB=1000` by hand; how long that takes is in docs/performance.md.
FLOOD_MB = int(os.environ.get("CLOISTER_TEST_OUTPUT_MB", "100"))
FLOOD_SECONDS = 60 + FLOOD_MB
LIMIT = 4 << 20
MOST_MIB = 64


class HostileOutput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = wire.fresh("output")
        wire.run("kept = 42\nimport os, sys, time, signal, subprocess", cls.session)

    @classmethod
    def tearDownClass(cls):
        wire.stop(cls.session)

    def run_code(self, code, seconds=60, **members):
        answer = wire.run(code, self.session, timeout=seconds + 30, timeoutInSeconds=min(seconds, 220), **members)
        self.assertEqual(answer.status, 200, answer)
        return answer

    def check_still_there(self):
        self.assertEqual(self.run_code("kept").json["result"]["executionResult"], 42)

    def check_flood(self, what, code, text):
        began = time.monotonic()
        with memory.measured(self, what, MOST_MIB):
            answer = self.run_code(code, FLOOD_SECONDS)
        seconds = time.monotonic() - began
        print(f"{what}: {FLOOD_MB} MB in {seconds:.1f} s, {FLOOD_MB / seconds:.0f} MB/s")
        result = answer.json["result"]
        self.assertEqual(answer.json["status"], "Succeeded", result["stderr"][:1000])
        self.assertEqual(result["truncated"], ["output"])
        self.assertEqual(answer.header("x-ms-cloister-truncated"), "output")
        kept = result["stdout"]
        self.assertLessEqual(len(kept), LIMIT)
        self.assertGreater(len(kept), LIMIT // 2)
        self.assertEqual(kept, (text * (len(kept) // len(text) + 1))[: len(kept)], "what is kept is the beginning")
        self.check_still_there()

    def test_a_flood_of_lines_is_cut_and_flagged(self):
        code = f"block = ('x' * 99 + '\\n') * 10000\nfor _ in range({FLOOD_MB}): _ = sys.stdout.write(block)"
        self.check_flood("lines", code, "x" * 99 + "\n")

    def test_a_flood_without_a_line_end_is_cut_and_flagged(self):
        code = f"block = b'y' * 1000000\nfor _ in range({FLOOD_MB}):\n  rest = block\n  while rest: rest = rest[os.write(1, rest):]"
        self.check_flood("one endless line", code, "y")

    def test_a_flood_of_nul_is_cut_and_flagged_though_each_takes_six_bytes_of_json(self):
        code = f"block = b'\\0' * 1000000\nfor _ in range({min(FLOOD_MB, 20)}):\n  rest = block\n  while rest: rest = rest[os.write(1, rest):]"
        with memory.measured(self, "NUL", 2 * MOST_MIB):
            answer = self.run_code(code)
        result = answer.json["result"]
        self.assertEqual(set(result["stdout"]), {"\0"})
        self.assertEqual(result["truncated"], ["output"])
        self.check_still_there()

    def test_bytes_that_are_no_utf8_are_repaired_and_nothing_else(self):
        noise = bytes(random.Random(4).randrange(256) for _ in range(20000))
        code = f"_ = os.write(1, bytes.fromhex('{noise.hex()}'))"
        result = self.run_code(code).json["result"]
        self.assertEqual(result["stdout"], noise.decode("utf-8", "replace"))
        self.assertNotIn("truncated", result)

    def test_both_streams_are_cut_where_the_client_wants_it_between_characters(self):
        code = "print('é' * 1000)\nprint('😀' * 1000, file=sys.stderr)"
        answer = self.run_code(code, outputStreamsMaxLength=1001)
        result = answer.json["result"]
        self.assertEqual((result["stdout"], result["stderr"]), ("é" * 500, "😀" * 250))
        self.assertEqual(answer.header("x-ms-cloister-truncated"), "stdout,stderr")

    def test_a_great_value_is_cut_and_says_so(self):
        answer = self.run_code("'v' * 20000000")
        self.assertRegex(answer.json["result"]["executionResult"], r"\[cut: the text has 20000002 bytes\]$")
        self.assertEqual(answer.json["result"]["truncated"], ["output"])
        self.assertEqual(answer.header("x-ms-cloister-truncated"), "output")
        self.assertLess(len(answer.body), LIMIT + 1024)

    def test_code_that_ignores_signals_is_stopped_and_the_session_goes_on(self):
        code = "for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(each, signal.SIG_IGN)\nwhile True: pass"
        session = wire.fresh("deaf")
        wire.run("import signal", session)
        began = time.monotonic()
        answer = wire.run(code, session, timeoutInSeconds=1)
        self.assertLess(time.monotonic() - began, 60)
        self.assertEqual(answer.json["status"], "Failed", answer)
        self.assertIn("Request timed out waiting for code execution to complete", answer.json["result"]["stderr"])
        self.assertEqual(answer.header("x-ms-cloister-state-lost"), "true")
        self.assertEqual(wire.run("6 * 7", session).json["result"]["executionResult"], 42)
        wire.stop(session)

    def test_a_child_that_ignores_signals_and_holds_the_output_does_not_hold_the_answer(self):
        began = time.monotonic()
        code = "child = subprocess.Popen(['bash', '-c', 'trap \"\" TERM INT HUP; echo begun; sleep 600'])\ntime.sleep(0.5)\n1"
        answer = self.run_code(code)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(answer.json["result"]["executionResult"], 1)
        self.assertEqual(self.run_code("child.poll() is None").json["result"]["executionResult"], True)
        self.run_code("child.kill()")

    def test_closed_streams_end_nothing_and_the_next_execution_has_them_again(self):
        session = wire.fresh("closed")
        answer = wire.run(
            "import os, sys\nprint('before', flush=True)\nfor each in (0, 1, 2): os.close(each)\n5", session
        )
        self.assertEqual(answer.status, 200, answer)
        self.assertTrue(answer.json["result"]["stdout"].startswith("before"), answer)
        again = wire.run("print('after')\n6", session)
        self.assertEqual(
            (again.json["status"], again.json["result"]["stdout"]), ("Succeeded", "after\n"), (answer, again)
        )
        self.assertEqual(again.json["result"]["executionResult"], 6)
        wire.stop(session)

    def test_a_runtime_that_kills_itself_is_told_and_the_session_goes_on_without_its_variables(self):
        session = wire.fresh("killed")
        wire.run("lost = 1\nopen('/mnt/data/kept', 'w').write('1')", session)
        answer = wire.run("import os\nprint('last words', flush=True)\nos._exit(3)", session)
        self.assertEqual((answer.json["status"], answer.json["result"]["stdout"]), ("Failed", "last words\n"), answer)
        self.assertIn("Execution aborted", answer.json["result"]["stderr"])
        self.assertEqual(answer.header("x-ms-cloister-state-lost"), "true")
        self.assertIn("NameError", wire.run("lost", session).json["result"]["stderr"])
        self.assertEqual(wire.run("open('/mnt/data/kept').read()", session).json["result"]["executionResult"], "1")
        wire.stop(session)

    def test_an_upload_to_a_full_disk_is_refused_and_possible_again_when_there_is_room(self):
        session = wire.fresh("full")
        fill = "f = open('/mnt/data/fill', 'wb', buffering=0)\ntry:\n  while True: _ = f.write(bytes(1 << 20))\nexcept OSError as error: print(error.errno)"
        filled = wire.run(fill, session)
        self.assertEqual(filled.json["result"]["stdout"], "28\n", filled)
        answer = wire.upload(session, "big.bin", bytes(8 << 20))
        self.assertEqual((answer.status, answer.code), (409, "SessionStorageFull"), answer)
        wire.run("os = __import__('os')\nf.close()\nos.remove('/mnt/data/fill')", session)
        again = wire.upload(session, "big.bin", bytes(8 << 20))
        self.assertEqual(again.status, 200, again)
        self.assertEqual(
            json.loads(wire.send("GET", wire.target("files", session)).body)["value"][0]["name"], "big.bin"
        )
        wire.stop(session)
