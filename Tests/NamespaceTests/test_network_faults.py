"""Networks that are slow or lose packets, and clocks that are wrong: nothing is lost but time."""

import os
import time
import unittest

import faults
import scene

FAULT_SECONDS = 6
LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


class NetworkFaults(scene.Scene):
    def test_a_network_that_takes_500_ms(self):
        used = self.load()
        former = self.lives(used)
        with faults.slow(self.cluster, *(worker.name for worker in self.cluster.workers), delay=0.5):
            began = time.monotonic()
            used.wait_for_success_of_all(20, since=began)
            self.wait_until(lambda: time.monotonic() - began > FAULT_SECONDS, 20)
            slow = [record.answer.ended - record.answer.began for record in used.since(began) if record.is_success]
            self.tell(f"answers after {min(slow):.2f} to {max(slow):.2f} s")
            self.assertGreater(min(slow), 0.9, "the network was not slow")
        self.right_again(used, time.monotonic())
        self.finish(used)
        self.assertEqual(self.errors_of(used, used.identifiers), [])
        self.assertEqual(self.lives(used), former)

    def test_a_network_that_loses_every_fifth_packet(self):
        used = self.load()
        with faults.slow(self.cluster, *(worker.name for worker in self.cluster.workers), loss=0.2):
            began = time.monotonic()
            self.wait_until(lambda: time.monotonic() - began > FAULT_SECONDS, 20)
            done = used.since(began)
            self.tell(f"{sum(record.is_success for record in done)} of {len(done)} requests were done meanwhile")
            self.assertTrue(any(record.is_success for record in done))
        self.right_again(used, time.monotonic())
        self.finish(used)

    @unittest.skipUnless(os.path.exists(LIBRARY), "libfaketime is not installed")
    def test_a_worker_whose_clock_is_an_hour_fast(self):
        worker = self.cluster.workers[-1]
        self.cluster.end_worker(worker)
        # Only the time of day: a clock that counts from the start cannot be set wrong.
        worker.preload = {"LD_PRELOAD": LIBRARY, "FAKETIME": "+1h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.addCleanup(worker.start)
        self.addCleanup(self.cluster.end_worker, worker)
        self.addCleanup(worker.preload.clear)
        mark = os.path.getsize(worker.log)
        worker.start()
        self.cluster.wait_until_right(30)
        told = worker.lines(mark)[0][-1]["time"]
        self.assertGreater(told, time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 3000)), "the clock is right")
        used = self.load(count=3, also=self.sessions_on(worker, 2))
        former = self.lives(used)
        began = time.monotonic()
        self.wait_until(lambda: len(used.since(began)) > 50, 30)
        self.finish(used)
        self.assertEqual(self.errors_of(used, used.identifiers), [])
        self.assertEqual(self.lives(used), former)
