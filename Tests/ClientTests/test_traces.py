"""The way of an execution as spans, checked against OTLP's own schema."""

import json
import secrets
import unittest

import cluster
import wire


def attributes(span):
    return {
        entry.key: entry.value.string_value or entry.value.int_value
        for entry in span.attributes
    }


class Traces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if cluster.current.collector is None:
            raise unittest.SkipTest("the cluster is not ours")
        cls.collector = cluster.current.collector

    def execute(self, sampled, code="print(6*7)", **members):
        trace, span = secrets.token_hex(16), secrets.token_hex(8)
        session = wire.fresh("traces")
        self.addCleanup(lambda: wire.stop(session))
        answer = wire.send(
            "POST",
            wire.target("executions", session),
            json.dumps({"code": code, **members}).encode(),
            headers={"traceparent": f"00-{trace}-{span}-{'01' if sampled else '00'}"},
        )
        self.assertEqual(answer.headers["x-ms-request-id"], trace)
        return trace, span, answer

    def test_the_spans_of_an_execution_hang_together_from_the_client_to_the_guest(self):
        trace, client, answer = self.execute(True, code="print('confidential code')")
        self.assertEqual(answer.status, 200)
        found = self.collector.trace(trace, 8)
        self.assertEqual(self.collector.troubles, [])
        by_name = {span.name: (service, span) for service, span in found}
        chain = (
            ("POST /pools/{pool}/executions", "cloister-coordinator", 2),
            ("execute at worker", "cloister-coordinator", 3),
            ("execute", "cloister-worker", 2),
            ("sandbox", "cloister-worker", 1),
            ("run", "cloister-worker", 1),
            ("guest", "cloister-worker", 1),
        )
        parent = bytes.fromhex(client)
        around = None
        for name, service, kind in chain:
            self.assertIn(name, by_name, sorted(by_name))
            told, span = by_name[name]
            self.assertEqual((told, span.kind), (service, kind), name)
            self.assertEqual(span.parent_span_id, parent, name)
            self.assertLess(span.start_time_unix_nano, span.end_time_unix_nano, name)
            if around is not None:
                # Two processes of one machine tell the time by one clock, but each from its own start.
                self.assertGreaterEqual(span.start_time_unix_nano, around.start_time_unix_nano - 2_000_000, name)
                self.assertLessEqual(span.end_time_unix_nano, around.end_time_unix_nano + 2_000_000, name)
            parent, around = span.span_id, span
        for name, above in (("route", chain[0][0]), ("queue", "sandbox"), ("allocate", "sandbox")):
            self.assertEqual(by_name[name][1].parent_span_id, by_name[above][1].span_id, name)
        self.assertEqual(len({span.span_id for _, span in found}), len(found))
        first = attributes(by_name[chain[0][0]][1])
        self.assertEqual(first["http.response.status_code"], 200)
        self.assertEqual(first["cloister.pool"], "python")
        self.assertEqual(attributes(by_name["sandbox"][1])["cloister.execution"], answer.headers["operation-id"])
        self.assertNotIn("confidential", str(found))

    def test_what_is_not_to_be_recorded_is_not(self):
        silent = [self.execute(False)[0] for _ in range(3)]
        # One that is recorded comes after them.
        loud = self.execute(True)[0]
        self.assertTrue(self.collector.trace(loud, 8))
        for trace in silent:
            self.assertEqual(self.collector.trace(trace, 0), [])

    def test_a_refused_request_has_a_span_of_its_own_and_nothing_below(self):
        trace, span, answer = self.execute(True, timeoutInSeconds=0)
        self.assertEqual(answer.status, 400)
        ((service, told),) = self.collector.trace(trace, 1)
        self.assertEqual((service, told.parent_span_id.hex()), ("cloister-coordinator", span))
        self.assertEqual(attributes(told)["http.response.status_code"], 400)

    def test_a_header_that_is_none_begins_a_trace_of_its_own(self):
        for header in ("garbage", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "00-" + "A" * 32 + "-00f067aa0ba902b7-01"):
            answer = wire.send("GET", "/cloister/v1/version", headers={"traceparent": header})
            self.assertRegex(answer.headers["x-ms-request-id"], "^[0-9a-f]{32}$")
            self.assertNotIn(answer.headers["x-ms-request-id"], header)
