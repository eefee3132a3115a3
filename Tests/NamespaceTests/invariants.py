"""What has to hold whatever fails; looked at from outside, after the load has ended."""

import collections
import time

# What a request may be answered that could not be done; anything else is a defect.
HONEST = {
    "SessionLost", "NoWorkerAvailable", "NotReady", "StaleAddressee", "DeadlineExceeded", "SandboxFailed",
    "SessionsCountExceedsLimit",
}  # fmt: skip
TOMBSTONE_SECONDS = 10


class Places:
    """Which worker had which session and ran which execution, as the workers' own logs tell.

    They write each execution before it goes to a guest, to a file that no guest reaches and that stays when they die.
    """

    def __init__(self, cluster):
        self.cluster = cluster
        self.worker_of = {}
        self.runs = collections.Counter()
        self.instance_of = {}
        self.ended = {}
        self._read = collections.Counter()

    def refresh(self):
        """Takes in what was written since the last time."""
        for worker in self.cluster.workers:
            lines, self._read[worker.log] = worker.lines(self._read[worker.log])
            for line in lines:
                self._take(worker, line)
        return self

    def forget(self, worker):
        """Its log is gone; the next worker of its name begins another."""
        self._read.pop(worker.log, None)

    def _take(self, worker, line):
        message = line["message"]
        if message == "session begins":
            self.worker_of[line["instance"]] = worker
        elif message == "an execution goes to the guest":
            self.runs[line["execution"]] += 1
            self.instance_of[line["execution"]] = line["instance"]
        elif message.startswith("session ended"):
            self.ended[line["instance"]] = line["cause"]


class Invariants:
    """Checks the records of a load."""

    def __init__(self, test, cluster, records):
        self.test, self.cluster, self.records = test, cluster, records

    def check(self, causes, excused):
        """Everything; sessions may have been lost for these causes only, and some records have an excuse."""
        self.failures_are_honest(excused)
        self.nothing_ran_twice()
        self.nobody_saw_another_session()
        lost = self.no_former_life_came_back()
        self.lost_sessions_have_tombstones(lost, causes)
        self.one_live_session_an_identifier()

    def failures_are_honest(self, excused):
        failed = [record for record in self.records if not record.is_success and not excused(record)]
        odd = [record for record in failed if record.code not in HONEST]
        self.test.assertEqual(odd, [], odd[:5])

    def nothing_ran_twice(self):
        places = self.cluster.places.refresh()
        for record in self.records:
            count = places.runs[record.token]
            self.test.assertLessEqual(count, 1, f"{record.token} ran {count} times")
            if record.is_success:
                self.test.assertEqual(count, 1, f"the count outside misses {record}")
                self.test.assertEqual(len(record.marks), len(set(record.marks)), f"a mark is there twice: {record}")
        # A mark in two lives of a session would have been made twice as well.
        seen = collections.defaultdict(set)
        for record in self.records:
            for mark in record.marks:
                seen[mark].add(record.instance)
        self.test.assertEqual([mark for mark, where in seen.items() if len(where) > 1], [])

    def nobody_saw_another_session(self):
        asked = collections.defaultdict(set)
        for record in self.records:
            asked[record.identifier].add(record.token)
        for record in self.records:
            if record.is_success:
                self.test.assertEqual(record.owner, f"session of {record.identifier}")
                self.test.assertEqual(record.marks[-1], record.token)
                self.test.assertLessEqual(set(record.marks), asked[record.identifier])

    def no_former_life_came_back(self):
        """Returns the lives that ended, by identifier, in their order."""
        lives = collections.defaultdict(list)
        for record in sorted(self.records, key=lambda record: record.answer.ended):
            if record.is_success and record.instance != (lives[record.identifier] or [None])[-1]:
                self.test.assertNotIn(record.instance, lives[record.identifier], f"an ended life answered: {record}")
                lives[record.identifier].append(record.instance)
        return {identifier: all_lives[:-1] for identifier, all_lives in lives.items() if len(all_lives) > 1}

    def lost_sessions_have_tombstones(self, lost, causes):
        for identifier, lives in lost.items():
            deadline = time.monotonic() + TOMBSTONE_SECONDS
            while len(found := self.cluster.client.ended(identifier)) < len(lives) and time.monotonic() < deadline:
                time.sleep(0.1)
            self.test.assertGreaterEqual(len(found), len(lives), f"{identifier} lost {lives}, tombstones: {found}")
            for tombstone in found:
                self.test.assertIn(tombstone["cause"], causes, tombstone)

    def one_live_session_an_identifier(self):
        """The directory has each identifier once, and the workers have no session that it does not know."""
        deadline = time.monotonic() + TOMBSTONE_SECONDS
        while True:
            live = self.cluster.client.live()
            listed = self.cluster.nodes()
            total = sum(node["sessions"] for node in listed.values() if node["role"] == "worker")
            if live is not None and len(live) == len(set(live)) == total:
                return
            self.test.assertLess(time.monotonic(), deadline, f"listed {live}, at the workers {total}: {listed}")
            time.sleep(0.2)
