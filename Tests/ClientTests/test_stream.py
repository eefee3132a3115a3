"""Live output: server-sent events while the code runs (docs/api.md, live output)."""

import time
import unittest

import events
import memory
import wire


class LiveOutput(unittest.TestCase):
    def setUp(self):
        self.session = wire.fresh("stream")
        wire.run("import os, sys, time\nkept = 42", self.session)
        self.addCleanup(lambda: wire.stop(self.session))

    def check_still_there(self):
        self.assertEqual(wire.run("kept", self.session).json["result"]["executionResult"], 42)

    def test_the_first_event_comes_while_the_code_still_runs(self):
        code = "print('waiting', flush=True)\nwhile not os.path.exists('/mnt/data/go'): time.sleep(0.01)\nprint('gone on')\n7"
        with events.begin(code, self.session) as stream:
            self.assertEqual(stream.status, 200)
            self.assertEqual(stream.header("Content-Type"), "text/event-stream")
            first = stream.until("stdout")
            self.assertEqual(events.text(first, "stdout"), "waiting\n")
            # The code ends only when this file is there, and it is not there before the event has come.
            self.assertEqual(wire.upload(self.session, "go", b"").status, 200)
            rest = stream.until("end")
        self.assertEqual(events.text(rest, "stdout"), "gone on\n")
        self.assertEqual([event.data["executionResult"] for event in rest if event.name == "result"], [7])
        self.assertEqual(rest[-1].data["status"], "Succeeded")
        self.assertEqual(rest[-1].data["identifier"], self.session)

    def test_a_stream_has_its_events_in_order_and_ends_after_the_end(self):
        code = "print('a')\nprint('b', file=sys.stderr)\nprint('c')\n{'d': [1]}"
        with events.begin(code, self.session) as stream:
            everything = list(stream)
        self.assertEqual(everything[0].name, "started")
        self.assertEqual(everything[-1].name, "end")
        self.assertEqual((events.text(everything, "stdout"), events.text(everything, "stderr")), ("a\nc\n", "b\n"))
        self.assertEqual(
            [event.data["executionResult"] for event in everything if event.name == "result"], [{"d": [1]}]
        )
        ids = [event.id for event in everything]
        self.assertEqual(len(set(ids[1:])), len(ids) - 1, "every event has an id of its own")

    def test_who_lost_the_connection_goes_on_where_he_was(self):
        code = "for number in range(50):\n  print(number, 'é😀', flush=True)\n  time.sleep(0.02)"
        seen = []
        with events.begin(code, self.session) as stream:
            place = stream.header("operation-id")
            seen += stream.until("stdout")
        for _ in range(100):
            target = wire.target(f"executions/{place}", self.session)
            with events.Stream("GET", target, last=seen[-1].id) as stream:
                if stream.status == 204:
                    break
                self.assertEqual(stream.status, 200)
                # Five events, and the connection is lost again.
                for event, _ in zip(stream, range(5)):
                    seen.append(event)
            if seen[-1].name == "end":
                break
        self.assertEqual(seen[-1].name, "end")
        self.assertEqual(events.text(seen, "stdout"), "".join(f"{number} é😀\n" for number in range(50)))
        whole = wire.send("GET", wire.target(f"executions/{place}", self.session))
        self.assertEqual(whole.json["result"]["stdout"], events.text(seen, "stdout"))

    def test_from_the_beginning_everything_comes_again(self):
        with events.begin("print('once')\n1", self.session) as stream:
            first, place = list(stream), stream.header("operation-id")
        with events.Stream("GET", wire.target(f"executions/{place}", self.session)) as stream:
            again = list(stream)
        self.assertEqual(
            [(event.name, event.id, event.data) for event in first[1:]],
            [(event.name, event.id, event.data) for event in again[1:]],
        )

    def test_a_last_event_id_that_is_none_is_refused(self):
        with events.begin("1", self.session) as stream:
            list(stream)
            place = stream.header("operation-id")
        for last in ("x", "-1", "9" * 30, "1", "1.2.3", "1.2.3.4.5"):
            target = wire.target(f"executions/{place}", self.session)
            answer = wire.send("GET", target, headers={"Accept": "text/event-stream", "Last-Event-ID": last})
            self.assertEqual((answer.status, answer.code), (400, "SessionRequestValidationFailed"), last)

    def test_delete_cancels_and_the_stream_says_so(self):
        with events.begin("print('begun', flush=True)\nwhile True: pass", self.session) as stream:
            place = stream.header("operation-id")
            stream.until("stdout")
            began = time.monotonic()
            answer = wire.send("DELETE", wire.target(f"executions/{place}", self.session))
            self.assertLess(answer.status, 300, answer)
            rest = stream.until("end")
        self.assertLess(time.monotonic() - began, 30)
        self.assertEqual(rest[-1].data["status"], "Canceled")
        self.check_still_there()

    def test_who_goes_away_does_not_end_the_code(self):
        with events.begin("print('begun', flush=True)\ntime.sleep(0.5)\nfinished = True", self.session) as stream:
            stream.until("stdout")
        deadline = time.monotonic() + 30
        while wire.run("'finished' in globals()", self.session).json["result"]["executionResult"] is not True:
            self.assertLess(time.monotonic(), deadline)

    def test_a_slow_reader_gets_everything_and_costs_nothing(self):
        # As much as the pool keeps, and far more than all buffers on the way hold.
        code = "line = 'z' * 99 + '\\n'\nfor _ in range(200000): _ = sys.stdout.write(line)"
        with memory.measured(self, "slow reader", 64), events.begin(code, self.session) as stream:
            seen, paused = [], 0
            for event in stream:
                seen.append(event)
                if paused < 20:
                    time.sleep(0.1)
                    paused += 1
                if paused == 5:
                    # The session is not held up by who reads slowly.
                    self.check_still_there()
        text = events.text(seen, "stdout")
        self.assertGreater(len(text), 2 << 20)
        self.assertLessEqual(len(text), 4 << 20)
        self.assertEqual(text, (("z" * 99 + "\n") * 50000)[: len(text)])
        self.assertEqual(seen[-1].data["result"]["truncated"], ["output"])

    def test_no_character_is_split_between_events(self):
        code = "for byte in 'é😀'.encode() * 3:\n  _ = os.write(1, bytes([byte]))\n  time.sleep(0.05)"
        with events.begin(code, self.session) as stream:
            everything = stream.until("end")
        self.assertEqual(events.text(everything, "stdout"), "é😀" * 3)

    def test_failures_and_time_outs_are_in_the_end(self):
        with events.begin("1 / 0", self.session) as stream:
            failed = stream.until("end")
        self.assertEqual(failed[-1].data["status"], "Failed")
        self.assertIn("ZeroDivisionError", events.text(failed, "stderr"))
        with events.begin("time.sleep(60)", self.session, timeoutInSeconds=1) as stream:
            late = stream.until("end")
        self.assertEqual((late[-1].data["status"], late[-1].data["error"]["code"]), ("Failed", "ExecutionTimedOut"))

    def test_what_is_refused_is_refused_as_elsewhere(self):
        answer = wire.send("POST", wire.target("executions", self.session), b"{}", {"Accept": "text/event-stream"})
        self.assertEqual((answer.status, answer.code), (400, "SessionPropertiesMissing"))
