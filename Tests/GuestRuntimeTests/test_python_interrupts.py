"""The promises that deploy/guest/README.md makes about interrupting Python."""

import time
import unittest

from runtime_case import RuntimeTestCase


class Interrupts(RuntimeTestCase):
    def test_running_code_is_interrupted(self):
        for code in (
            "while True: pass",
            "import time; time.sleep(30)",
            "!sleep 30",
            "%%bash\nsleep 30",
            "import subprocess; subprocess.run(['sleep', '30'])",
            "import asyncio; await asyncio.sleep(30)",
            "asyncio.run(asyncio.sleep(30))",
        ):
            with self.subTest(code):
                started = time.monotonic()
                result = self.runtime.run(code, interrupt_after=0.4)
                self.assertLess(time.monotonic() - started, 5)
                if not code.startswith("%%"):  # bash is the one that is interrupted there
                    self.assertEqual((result.status, result.error), (2, "KeyboardInterrupt"), result.errors)
                self.assertNotIn("cloister_runtime", result.errors)
                self.assertEqual(self.run_cell("1 + 1").text, "2")

    def test_an_interrupted_await_is_over(self):
        self.run_cell("ticks = []\nasync def tick():\n    while True:\n        await asyncio.sleep(.01); ticks.append(1)", )
        self.run_cell("import asyncio\nawait tick()", status=2, interrupt_after=0.3)
        self.run_cell("n = len(ticks)\nawait asyncio.sleep(.1)")
        self.assertEqual(self.run_cell("len(ticks) - n").text, "0")

    def test_code_may_catch_it(self):
        result = self.run_cell("import time\ntry:\n    time.sleep(30)\nexcept KeyboardInterrupt:\n    print('caught')", interrupt_after=0.3)
        self.assertEqual(result.output, "caught\n")

    def test_between_cells_it_does_nothing(self):
        for _ in range(20):
            self.runtime.interrupt()
            time.sleep(0.002)
            self.assertEqual(self.run_cell("1 + 1").text, "2")

    def test_at_any_moment_it_ends_at_most_the_cell_that_runs(self):
        """Sweeps the interrupt over the whole length of a short cell, edges included."""
        outcomes = {0: 0, 2: 0}
        for step in range(150):
            self.runtime.send("x", b"import time\nfor i in range(20): time.sleep(.0001)\n'end'")
            time.sleep(step * 0.00004)
            self.runtime.interrupt()
            outcomes[self.runtime.finish().status] += 1
            self.assertEqual(self.run_cell("'next'").text, "'next'")
        self.assertGreater(outcomes[0], 0, "the sweep did not reach the end of the cell")
        self.assertGreater(outcomes[2], 0, "the sweep interrupted nothing")

    def test_during_a_reply_the_reply_stays_whole(self):
        for step in range(15):
            self.runtime.send("x", b"for i in range(20): display(P())" if step else
                              b"class P:\n    def _repr_png_(self): return b'p' * 300_000")  # fmt: skip
            time.sleep(0.003 + step * 0.002)
            self.runtime.interrupt()
            for image in self.runtime.finish().images:
                self.assertEqual(len(image), 300_000)

    def test_a_hail_of_interrupts_breaks_nothing(self):
        """Signals go on while the first one's traceback is rendered and sent, and threads of the code take some of them."""
        self.run_cell("import threading\nstop = threading.Event()\nthread = threading.Thread(target=stop.wait)\nthread.start()")
        self.run_cell("kept = 'kept'")
        for gap in (0.0001, 0.0003, 0.001, 0.003):
            for _ in range(25):
                self.runtime.send("x", b"x = 1\nwhile True: pass")
                started = time.monotonic()
                while not self.runtime.has_reply():
                    self.runtime.interrupt()
                    time.sleep(gap)
                result = self.runtime.finish()
                self.assertLess(time.monotonic() - started, 5)
                self.assertEqual((result.status, result.error), (2, "KeyboardInterrupt"))
                self.assertNotIn("site-packages", result.errors)
                self.assertNotIn("dist-packages", result.errors)  # never a traceback of what renders tracebacks
                self.assertNotIn("cloister_runtime", result.errors)
        self.assertEqual(self.run_cell("stop.set(); thread.join()\nkept").text, "'kept'")

    def test_code_that_goes_on_after_an_interrupt_can_be_interrupted_again(self):
        self.runtime.send("x", b"try:\n    while True: pass\nexcept KeyboardInterrupt: pass\nwhile True: pass")
        time.sleep(0.2)
        self.runtime.interrupt()
        time.sleep(0.2)
        self.runtime.interrupt()
        result = self.runtime.finish()
        self.assertEqual((result.status, result.error), (2, "KeyboardInterrupt"))

    def test_an_error_whose_text_never_ends_can_be_interrupted(self):
        self.runtime.send("x", b"class Endless(Exception):\n    def __str__(self):\n        while True: pass\nraise Endless()")
        deadline = time.monotonic() + 10
        while not self.runtime.has_reply() and time.monotonic() < deadline:
            time.sleep(0.1)
            self.runtime.interrupt()
        self.assertEqual(self.runtime.finish().error, "Endless")
        self.assertEqual(self.run_cell("1 + 1").text, "2")

    def test_handlers_of_the_code_do_no_harm_between_cells(self):
        self.run_cell("import signal\ndef late(*_): raise TimeoutError('late')\nsignal.signal(signal.SIGALRM, late)\nsignal.setitimer(signal.ITIMER_REAL, .1);")
        time.sleep(0.2)
        self.assertEqual(self.run_cell("1").text, "1")
        self.run_cell("signal.signal(signal.SIGINT, signal.SIG_IGN);")
        self.run_cell("while True: pass", status=2, interrupt_after=0.2)


if __name__ == "__main__":
    unittest.main()
