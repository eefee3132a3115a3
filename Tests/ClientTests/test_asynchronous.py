"""Executions that are begun, found again, and cancelled by their name (contract, section 1.2; docs/api.md)."""

import json
import time
import unittest

import wire


class Asynchronous(unittest.TestCase):
    def setUp(self):
        self.session = wire.fresh("asynchronous")
        wire.run("import os, time\ncount = 0", self.session)
        self.addCleanup(lambda: wire.stop(self.session))

    def begin(self, code, route="executions", headers=None, **members):
        body = json.dumps({"code": code, "executionType": "Asynchronous", **members}).encode()
        return wire.send("POST", wire.target(route, self.session), body, headers)

    def follow(self, answer, seconds=60):
        """Asks where the answer says, to the letter, until the execution has ended."""
        deadline = time.monotonic() + seconds
        while True:
            state = wire.send("GET", answer.header("operation-location"))
            self.assertEqual(state.status, 200, state)
            if state.json["status"] not in ("NotStarted", "Running"):
                return state
            self.assertNotIn("result", state.json)
            self.assertLess(time.monotonic(), deadline, state)
            time.sleep(0.05)

    def test_it_is_answered_at_once_and_its_result_is_found_where_it_says(self):
        code = "while not os.path.exists('/mnt/data/go'): time.sleep(0.01)\nprint('gone on')\n6 * 7"
        answer = self.begin(code)
        self.assertEqual(answer.status, 202)
        self.assertIn(answer.json["status"], ("NotStarted", "Running"))
        self.assertEqual(answer.json["id"], answer.header("operation-id"))
        self.assertEqual((answer.json["identifier"], answer.json["executionType"]), (self.session, "Asynchronous"))
        wire.upload(self.session, "go", b"")
        ended = self.follow(answer)
        self.assertEqual(ended.json["status"], "Succeeded")
        self.assertEqual((ended.json["id"], ended.json["identifier"]), (answer.json["id"], self.session))
        self.assertEqual(ended.json["result"]["stdout"], "gone on\n")
        self.assertEqual(ended.json["result"]["executionResult"], 42)

    def test_any_case_will_do_and_is_echoed(self):
        answer = self.begin("1", executionType="asynchronous")
        self.assertEqual((answer.status, answer.json["executionType"]), (202, "asynchronous"))
        self.assertEqual(self.follow(answer).json["executionType"], "asynchronous")

    def test_a_failure_is_found_as_well(self):
        ended = self.follow(self.begin("1 / 0"))
        self.assertEqual(ended.json["status"], "Failed")
        self.assertIn("ZeroDivisionError", ended.json["result"]["stderr"])

    def test_the_older_routes_have_it_too(self):
        answer = self.begin("5", route="code/execute")
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(self.follow(answer).json["result"]["executionResult"], 5)

    def test_one_name_runs_once(self):
        name = {"operation-id": wire.fresh("name")}
        first = self.begin("count += 1\ncount", headers=name)
        self.follow(first)
        again = self.begin("count += 1\ncount", headers=name)
        self.assertEqual((again.status, again.json["result"]["executionResult"]), (200, 1), again)
        self.assertEqual(wire.run("count", self.session).json["result"]["executionResult"], 1)

    def test_one_name_runs_once_when_it_is_waited_for(self):
        target, name = wire.target("executions", self.session), {"operation-id": wire.fresh("name")}
        answers = [wire.send("POST", target, b'{"code":"count += 1\\ncount"}', name) for _ in range(3)]
        self.assertEqual([answer.json["result"]["executionResult"] for answer in answers], [1, 1, 1])
        self.assertEqual(wire.run("count", self.session).json["result"]["executionResult"], 1)

    def test_a_name_for_something_else_is_a_conflict(self):
        name = {"operation-id": wire.fresh("name")}
        self.follow(self.begin("1", headers=name))
        other = self.begin("2", headers=name)
        self.assertEqual((other.status, other.code), (409, "ExecutionConflict"))

    def test_what_was_waited_for_can_be_read_again(self):
        ran = wire.run("print('x')\n'y'", self.session)
        again = wire.send("GET", ran.header("operation-location"))
        self.assertEqual((again.status, again.json), (200, ran.json))

    def test_nothing_is_found_under_a_name_that_nobody_gave_or_in_another_session(self):
        ran = wire.run("1", self.session)
        for name, session in ((wire.fresh("none"), self.session), (ran.json["id"], wire.fresh("other"))):
            for method in ("GET", "DELETE"):
                answer = wire.send(method, wire.target(f"executions/{name}", session))
                self.assertEqual((answer.status, answer.code), (404, "ExecutionNotFound"), (method, name))

    def test_delete_cancels_and_the_session_goes_on_with_its_variables(self):
        answer = self.begin("count = 7\nwhile True: pass")
        deadline = time.monotonic() + 30
        while wire.send("GET", answer.header("operation-location")).json["status"] != "Running":
            self.assertLess(time.monotonic(), deadline)
        # Time for the assignment, which nothing tells about.
        time.sleep(0.5)
        gone = wire.send("DELETE", answer.header("operation-location"))
        self.assertLess(gone.status, 300, gone)
        self.assertEqual(self.follow(answer).json["status"], "Canceled")
        self.assertEqual(wire.run("count", self.session).json["result"]["executionResult"], 7)

    def test_an_empty_kernel_and_jupyter_s_format(self):
        empty = wire.run("'count' in globals()", self.session, useEmptyKernel=True)
        self.assertEqual(empty.json["result"]["executionResult"], False, empty)
        self.assertEqual(wire.run("'count' in globals()", self.session).json["result"]["executionResult"], True)
        for code, value in (
            ("1.5", "1.5"),
            ("True", "True"),
            ("'nan'", "nan"),
            ("float('nan')", "nan"),
            ("None", None),
        ):
            for name in ("returnJupyterFormatExecutionResult", "returnJupyterFormat"):
                answer = wire.run(code, self.session, **{name: True})
                self.assertIn(answer.json["result"]["executionResult"], (value, repr(value)), (code, answer))
