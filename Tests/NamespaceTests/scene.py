"""What the tests of faults have in common."""

import time
import unittest
import uuid

import cluster
import invariants
import load


class Scene(unittest.TestCase):
    """A test with a load; whatever it breaks is whole again before the next one."""

    def setUp(self):
        self.cluster = cluster.current
        self.cluster.wait_until_right(30)

    def tearDown(self):
        # The others may have served on so that nobody noticed.
        self.assertEqual([node.last_words() for node in self.cluster.present if not node.is_running], [])

    def load(self, **options):
        used = load.Load(self.cluster, **options)
        self.addCleanup(used.__exit__)
        used.begin()
        return used

    def tell(self, sentence):
        print(f"    {sentence}", flush=True)

    def wait_until(self, condition, seconds=10):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "what was waited for has not come about")
            time.sleep(0.05)

    def places(self):
        return self.cluster.places.refresh()

    def worker_of(self, instance):
        return self.places().worker_of[instance]

    def busiest_worker(self, used):
        """The worker with most of a load's sessions, and those sessions."""
        places = self.places()
        by_worker = {}
        for identifier in used.identifiers:
            by_worker.setdefault(places.worker_of[used.instance(identifier)], []).append(identifier)
        return max(by_worker.items(), key=lambda item: len(item[1]))

    def sessions_on(self, worker, count=1):
        """Begins sessions until some live on a worker; returns the records of those."""
        found = []
        for _ in range(40):
            identifier = f"placed-{uuid.uuid4().hex[:12]}"
            self.addCleanup(self.cluster.client.stop, identifier)
            record = load.request(self.cluster.client, identifier)
            self.assertTrue(record.is_success, record)
            if self.worker_of(record.instance) is worker:
                found.append(record)
            if len(found) == count:
                return found
        raise AssertionError(f"no session comes to {worker.name}")

    def lives(self, used):
        return {identifier: used.instance(identifier) for identifier in used.identifiers}

    def right_again(self, used, since):
        """Everything is right within 10 s after a fault has ended, and stays so."""
        self.cluster.wait_until_right()
        left = cluster.RECOVERY_SECONDS - (time.monotonic() - since)
        try:
            used.wait_for_success_of_all(max(left, 0.5), since=since)
        except AssertionError as problem:
            raise AssertionError(f"{problem}\n{self.cluster.tails()}") from None
        moment = time.monotonic()
        self.tell(f"right again {moment - since:.1f} s after the end of the fault")
        used.wait_for_success_of_all(cluster.RECOVERY_SECONDS, since=moment + 0.5)
        self.assertEqual([record for record in used.since(moment) if not record.is_success], [])

    def finish(self, used, causes=("workerLost",), excused=lambda record: False):
        """Ends a load and checks what has to hold in any case; some records may tell of broken connections."""
        used.end()
        failed = [record for record in used.records if not record.is_success]
        codes = sorted({record.code for record in failed})
        self.tell(f"{len(used.records)} requests, {len(failed)} not done {codes or ''}")
        invariants.Invariants(self, self.cluster, used.records).check(causes, excused)

    def errors_of(self, used, identifiers):
        return [r for r in list(used.records) if r.identifier in identifiers and not r.is_success]
