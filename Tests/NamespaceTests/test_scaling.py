"""Workers that come while the cluster is used, and one without disk."""

import os
import shutil
import time
import uuid

import faults
import load
import network
import scene

USEFUL_SECONDS = 10
DISK_MIB = 192


class Scaling(scene.Scene):
    def test_a_fourth_worker_under_load(self):
        used = self.load()
        former = self.lives(used)
        began = time.monotonic()
        worker = self.cluster.add_worker()
        self.addCleanup(self.cluster.remove_worker, worker)
        self.wait_until(lambda: self.cluster.state_of(worker) == "serving", USEFUL_SECONDS)
        self.tell(f"the new worker serves {time.monotonic() - began:.1f} s after its start")
        # Which new session comes to it is the ring's choice.
        self.sessions_on(worker)
        self.tell(f"the first new session on it is answered {time.monotonic() - began:.1f} s after its start")
        moment = time.monotonic()
        used.wait_for_success_of_all(10, since=moment)
        self.finish(used)
        moved = sum(1 for name, instance in self.lives(used).items() if instance != former[name])
        self.assertEqual((moved, self.errors_of(used, used.identifiers)), (0, []))

    def test_a_worker_whose_disk_is_full(self):
        worker = self.cluster.workers[-1]
        self.cluster.end_worker(worker)
        disk = os.path.join(worker.folder, "disk")
        os.mkdir(disk)
        network.call("mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=755", "none", disk)
        self.addCleanup(network.call, "umount", "--lazy", disk)
        normal = worker.cache, worker.run_folder
        self.addCleanup(self.restart, worker, *normal)
        self.copy_cache(worker, os.path.join(disk, "cache"))
        worker.run_folder = os.path.join(disk, "run")
        worker.start()
        self.cluster.wait_until_right(60)
        used = self.load(count=3, also=self.sessions_on(worker, 2))
        former = self.lives(used)
        others = [f"full-{uuid.uuid4().hex[:12]}" for _ in range(8)]
        self.addCleanup(lambda: [self.cluster.client.stop(name) for name in others])
        with faults.full(disk):
            began = time.monotonic()
            answers = [load.request(self.cluster.client, name) for name in others]
            used.wait_for_success_of_all(10, since=began)
            refused = [answer for answer in answers if not answer.is_success]
            self.tell(f"with a full disk {len(answers) - len(refused)} of {len(answers)} new sessions began {refused or ''}")
            for answer in refused:
                self.assertEqual(answer.code, "SandboxFailed", answer)
        self.right_again(used, time.monotonic())
        self.finish(used)
        self.assertEqual(self.errors_of(used, used.identifiers), [])
        self.assertEqual(self.lives(used), former)

    def restart(self, worker, cache, run_folder):
        self.cluster.end_worker(worker)
        worker.cache, worker.run_folder = cache, run_folder
        worker.start()
        self.cluster.wait_until_right(30)

    def copy_cache(self, worker, target):
        """Gives a worker a cache of its own with the one template that is needed, so that it boots no guest."""
        lines, _ = worker.lines()
        loaded = [line["message"].split()[-1] for line in lines if line["message"].startswith("loaded the template")]
        os.makedirs(os.path.join(target, "templates"))
        template = os.path.join(worker.cache, "templates", loaded[-1])
        network.call("cp", "--recursive", "--sparse=always", template, os.path.join(target, "templates"))
        for name in ("accelerator", "timestamp-frequency"):
            shutil.copy2(os.path.join(worker.cache, name), target)
        worker.cache = target
