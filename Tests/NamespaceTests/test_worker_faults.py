"""Workers that die, stand still, are cut off or run out of disk."""

import threading
import time
import uuid

import faults
import load
import scene

LEASE_SECONDS = 5


class WorkerFaults(scene.Scene):
    def test_a_worker_that_is_killed_while_code_runs(self):
        used = self.load()
        victim, lost = self.busiest_worker(used)
        others = [name for name in used.identifiers if name not in lost]
        running, tokens = [], {name: uuid.uuid4().hex for name in lost}
        work = [threading.Thread(target=self.run_long, args=(used, *pair, running)) for pair in tokens.items()]
        for thread in work:
            thread.start()
        self.wait_until(lambda: all(self.places().runs[token] for token in tokens.values()))
        victim.kill()
        killed = time.monotonic()
        self.assertEqual(victim.machines(), [], "machines outlive their worker")
        for thread in work:
            thread.join()
        for record in running:
            self.assertEqual(record.code, "SessionLost", record)
        detected = min(record.answer.ended for record in running) - killed
        self.tell(f"detected {detected:.1f} s after kill -9; {len(lost)} sessions lost")
        self.assertLess(detected, LEASE_SECONDS + 1.5)
        victim.start()
        self.right_again(used, time.monotonic())
        self.finish(used)
        self.assertEqual(self.errors_of(used, others), [], f"killed at {killed - load.START:.2f}")
        # In their new life the file has no mark of what was interrupted.
        self.assertFalse({record.token for record in running} & {mark for record in used.records for mark in record.marks})

    def run_long(self, used, identifier, token, answers):
        answers.append(load.request(used.client, identifier, work="sleep 20;", token=token))

    def test_a_worker_that_stands_still_for_longer_than_its_lease(self):
        used = self.load()
        victim, lost = self.busiest_worker(used)
        former = self.lives(used)
        epoch = self.cluster.nodes()[victim.name]["epoch"]
        with faults.stopped(victim):
            began = time.monotonic()
            # As long as it takes until all its sessions live elsewhere.
            self.wait_until(lambda: all(used.instance(name) != former[name] for name in lost), 15)
            self.tell(f"sessions live elsewhere {time.monotonic() - began:.1f} s after SIGSTOP")
        awake = time.monotonic()
        self.right_again(used, awake)
        self.wait_until(lambda: all(former[name] in self.places().ended for name in lost), 10)
        self.tell(f"its {len(lost)} former sessions were gone {time.monotonic() - awake:.1f} s after SIGCONT")
        self.assertGreater(self.cluster.nodes()[victim.name]["epoch"], epoch)
        self.finish(used)
        self.assertEqual(self.errors_of(used, set(used.identifiers) - set(lost)), [])
        self.assertEqual(self.late_runs(used, {name: former[name] for name in lost}, awake), [])

    def late_runs(self, used, former, awake):
        """What an old life answered after its worker woke up."""
        late = [record for record in used.records if record.is_success and record.answer.ended > awake]
        return [record for record in late if record.instance in former.values()]

    def test_a_worker_that_hears_and_says_nothing_and_one_that_only_speaks(self):
        deaf, cut_off = self.cluster.workers[0], self.cluster.workers[1]
        coordinators = [node.name for node in self.cluster.coordinators]
        pairs = faults.both_ways(cut_off.name, coordinators) + [(name, deaf.name) for name in coordinators]
        self.partition([cut_off, deaf], pairs)

    def test_a_worker_that_only_hears(self):
        dumb = self.cluster.workers[2]
        self.partition([dumb], [(dumb.name, node.name) for node in self.cluster.coordinators])

    def partition(self, victims, pairs):
        begun = [record for victim in victims for record in self.sessions_on(victim, 1)]
        used = self.load(count=4, also=begun)
        former = self.lives(used)
        places = self.places()
        lost = [name for name in used.identifiers if places.worker_of[former[name]] in victims]
        self.assertGreaterEqual(len(lost), len(victims))
        with faults.cut(self.cluster, *pairs):
            began = time.monotonic()
            self.wait_until(lambda: all(used.instance(name) != former[name] for name in lost), 15)
            self.tell(f"{len(lost)} sessions live elsewhere {time.monotonic() - began:.1f} s after the cut")
            # They end themselves: nobody can tell them to.
            self.wait_until(lambda: all(former[name] in self.places().ended for name in lost), 10)
            self.tell(f"former sessions gone {time.monotonic() - began:.1f} s after the cut")
        self.right_again(used, time.monotonic())
        self.finish(used)
        self.assertEqual(self.errors_of(used, set(used.identifiers) - set(lost)), [])

