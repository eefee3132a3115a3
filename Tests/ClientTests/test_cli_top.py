"""`cloister top`: once into a pipe, again and again in a terminal."""

import re
import threading
import unittest

import program
import wire
from person import Person


class Top(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = wire.fresh("topmost")
        cls.addClassCleanup(lambda: wire.stop(cls.session))
        wire.run("1", cls.session)

    def test_once_it_shows_nodes_pools_and_what_went_on_meanwhile(self):
        done = threading.Event()

        def work():
            while not done.is_set():
                wire.run("1", self.session)

        worker = threading.Thread(target=work)
        worker.start()
        try:
            told = program.run("top", "--once", "--interval", "1")
        finally:
            done.set()
            worker.join()
        self.assertEqual((told.returncode, told.stderr), (0, b""), told)
        text = told.stdout.decode()
        self.assertNotIn("\x1b", text)
        rate, p50 = re.search(r"executions ([\d.]+)/s +p50 ([\d.]+) ms", text).groups()
        self.assertGreater(float(rate), 0.5)
        self.assertGreater(float(p50), 0.1)
        self.assertRegex(text, r"(?m)^python +[1-9]\d* ")
        self.assertRegex(text, r"(?m)^worker-1 +worker +serving +[1-9]\d*/\d+ +100%")
        self.assertRegex(text, r"(?m)^coordinator +coordinator +serving")
        self.assertNotIn(self.session, text)

    def test_in_a_terminal_it_goes_on_until_it_is_interrupted_and_leaves_the_screen_as_it_was(self):
        with Person("top", "--interval", "0.3", rows=12) as person:
            first = person.until("NODE")
            second = person.until("POOL", after=first)
            third = person.until("POOL", after=second)
            person.type("\x03")
            person.until("\x1b[?1049l", after=third)
            self.assertEqual(person.end(), 130)

    def test_it_is_for_operators_and_takes_sensible_intervals(self):
        for interval in ("0", "-1", "1e9", "nan", "x"):
            self.assertEqual(program.run("top", f"--interval={interval}").returncode, 64, interval)
        told = program.run("top", env=program.environment(CLOISTER_API_KEY="a-key-that-nobody-has"))
        self.assertEqual(told.returncode, 2)
        self.assertIn(b"cloister: ", told.stderr)
