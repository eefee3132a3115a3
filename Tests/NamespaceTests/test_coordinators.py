"""Coordinators and their store that die, are cut off and are restarted under load."""

import concurrent.futures
import json
import threading
import time
import uuid

import client
import cluster
import etcd
import faults
import load
import nodes
import scene

# A request whose coordinator died has no answer, or the balancer's.
CUT_OFF = {0, 502, 503}


class Coordinators(scene.Scene):
    """What needs more than one."""

    def setUp(self):
        if len(cluster.current.coordinators) < 2:
            self.skipTest("the binary knows no setting etcd.endpoints, or CLOISTER_TEST_COORDINATORS is 1")
        super().setUp()

    def direct(self, coordinator):
        return self.cluster.client.at(coordinator.address, nodes.API_PORT)

    def test_a_coordinator_that_is_killed_while_code_runs(self):
        used = self.load()
        victim, other = self.cluster.coordinators[:2]
        identifier, token = used.identifiers[0], uuid.uuid4().hex
        body = json.dumps({"shellCommand": f"sleep 4; echo {token}", "executionType": "Asynchronous"}).encode()
        target = client.target("executions", identifier)
        begun = self.direct(victim).send("POST", target, body, {"operation-id": token})
        self.assertEqual(begun.status, 202, begun)
        victim.kill()
        killed = time.monotonic()
        place = client.target(f"executions/{token}", identifier)
        self.wait_until(lambda: self.direct(other).get(place).json.get("status") not in ("Running", "NotStarted"), 15)
        result = self.direct(other).get(place)
        self.assertIn(token, result.body.decode())
        # The same name once more: its result, and no second run.
        again = self.direct(other).send("POST", target, body, {"operation-id": token})
        self.assertEqual(again.status, 200, again)
        self.assertEqual(self.places().runs[token], 1)
        victim.start()
        self.right_again(used, time.monotonic())
        self.finish(used, excused=self.was_cut_off)
        self.assertEqual([r for r in self.errors_of(used, used.identifiers) if not self.was_cut_off(r)], [])

    def was_cut_off(self, record):
        return record.status in CUT_OFF

    def test_the_leader_of_etcd_is_killed(self):
        if len(self.cluster.etcd) < 3:
            self.skipTest("etcd has fewer than three members")
        used = self.load()
        former = self.lives(used)
        leader = etcd.leader(self.cluster.etcd)
        leader.kill()
        killed = time.monotonic()
        self.wait_until(self.a_new_session_begins, 10)
        self.tell(f"a new session began {time.monotonic() - killed:.1f} s after the leader's death")
        leader.start()
        self.right_again(used, time.monotonic())
        self.finish(used)
        self.assertEqual((self.errors_of(used, used.identifiers), self.lives(used)), ([], former))

    def a_new_session_begins(self):
        identifier = f"new-{uuid.uuid4().hex[:12]}"
        self.addCleanup(self.cluster.client.stop, identifier)
        return load.request(self.cluster.client, identifier).is_success

    def test_a_coordinator_that_does_not_reach_etcd(self):
        used = self.load()
        former = self.lives(used)
        cut_off = self.cluster.coordinators[0]
        with faults.cut(self.cluster, *faults.both_ways(cut_off.name, [node.name for node in self.cluster.etcd])):
            began = time.monotonic()
            self.wait_until(lambda: time.monotonic() - began > 5, 10)
            known = load.request(self.direct(cut_off), used.identifiers[0])
            used.records.append(known)
            self.assertTrue(known.is_success, f"known sessions need no store: {known}")
            self.assertTrue(self.a_new_session_begins(), "the other coordinator begins new ones")
        self.right_again(used, time.monotonic())
        self.finish(used)
        self.assertEqual((self.errors_of(used, used.identifiers), self.lives(used)), ([], former))

    def test_a_thousand_first_requests_for_one_identifier(self):
        identifier = f"crowd-{uuid.uuid4().hex[:12]}"
        self.addCleanup(self.cluster.client.stop, identifier)
        entrances = [self.direct(coordinator) for coordinator in self.cluster.coordinators]

        def use(number):
            line = entrances[number % len(entrances)]
            connection = line.connect()
            records = [load.request(line, identifier, connection) for _ in range(10)]
            connection.close()
            return records

        with concurrent.futures.ThreadPoolExecutor(100) as pool:
            records = [record for batch in pool.map(use, range(100)) for record in batch]
        self.assertEqual(len({record.instance for record in records if record.is_success}), 1)
        refused = {record.code for record in records if not record.is_success}
        self.tell(f"{sum(record.is_success for record in records)} of 1000 were done, others {refused}")
        self.assertLessEqual(refused, {"TooManyRequests"})
        self.assertEqual(self.cluster.client.live().count(identifier), 1)

    def test_a_call_of_mcp_is_cancelled_by_name_over_another_connection(self):
        identifier = f"agent-{uuid.uuid4().hex[:12]}"
        self.addCleanup(self.cluster.client.stop, identifier)
        began = self.rpc("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}}, number="hello")
        headers = {"mcp-session-id": began.headers["mcp-session-id"]}
        arguments = {"environmentId": identifier, "shellCommand": "touch /mnt/data/began; sleep 30"}
        calls = []
        parameters = {"name": "runShellCommandInRemoteEnvironment", "arguments": arguments}
        work = threading.Thread(target=lambda: calls.append(self.rpc("tools/call", parameters, headers, "long")))
        work.start()
        listing = client.target("files", identifier)
        self.wait_until(lambda: b"began" in self.cluster.client.get(listing).body, 20)
        # The balancer would send this one to the coordinator that has fewer connections: the other one.
        told = time.monotonic()
        self.rpc("notifications/cancelled", {"requestId": "long"}, headers)
        work.join()
        self.assertLess(time.monotonic() - told, 10, calls)
        self.assertIn("cancelled", calls[0].body.decode())

    def rpc(self, method, parameters, headers=None, number=None):
        message = {"jsonrpc": "2.0", "method": method, "params": parameters}
        body = json.dumps(message if number is None else {**message, "id": number}).encode()
        return self.cluster.client.send("POST", f"/pools/{client.POOL}/mcp", body, headers or {})

    def test_a_rolling_restart_of_the_coordinators(self):
        used = self.load()
        former = self.lives(used)
        began = time.monotonic()
        for coordinator in self.cluster.coordinators:
            coordinator.end()
            coordinator.start()
            self.wait_until(lambda one=coordinator: self.direct(one).get("/readyz").status == 200, 20)
        self.tell(f"all coordinators restarted in {time.monotonic() - began:.1f} s")
        self.right_again(used, time.monotonic())
        self.finish(used)
        self.assertEqual((self.errors_of(used, used.identifiers), self.lives(used)), ([], former))


class OneCoordinator(scene.Scene):
    def test_a_coordinator_that_is_killed_and_back_at_once_loses_no_session(self):
        used = self.load()
        former = self.lives(used)
        coordinator = self.cluster.coordinators[0]
        coordinator.kill()
        coordinator.start()
        self.right_again(used, time.monotonic())
        self.finish(used, excused=lambda record: record.status in CUT_OFF)
        self.assertEqual(self.lives(used), former)

    def test_a_coordinator_that_is_asked_to_stop_says_so_and_finishes_what_is_open(self):
        used = self.load(count=3)
        former = self.lives(used)
        coordinator = self.cluster.coordinators[0]
        entrance = self.cluster.client.at(coordinator.address, nodes.API_PORT)
        long = []
        work = threading.Thread(target=lambda: long.append(load.request(entrance, used.identifiers[0], work="sleep 4;")))
        work.start()
        self.wait_until(lambda: len(used.records) > 9)
        asked = time.monotonic()
        coordinator.terminate()
        self.wait_until(lambda: entrance.get("/readyz").status == 503, nodes.DRAIN_SECONDS)
        told = entrance.get("/readyz")
        self.assertEqual((told.status, told.code), (503, "NotReady"), told)
        served = load.request(entrance, used.identifiers[1])
        self.assertTrue(served.is_success, f"it serves while it drains: {served}")
        self.assertLess(served.answer.ended - asked, nodes.DRAIN_SECONDS)
        work.join()
        self.assertTrue(long[0].is_success, f"what was open came to its end: {long}")
        coordinator.process.wait(20)
        self.tell(f"ended {time.monotonic() - asked:.1f} s after SIGTERM, exit code {coordinator.process.returncode}")
        self.assertEqual(coordinator.process.returncode, 0)
        coordinator.start()
        used.records += [served, *long]
        self.right_again(used, time.monotonic())
        self.finish(used, excused=lambda record: record.status in CUT_OFF)
        self.assertEqual(self.lives(used), former)
