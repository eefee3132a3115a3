"""A person at a terminal: runs `cloister` under a real PTY, types, looks, changes the window's size."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
import time

import cluster

PATIENCE = 60


class Person:
    """A process whose terminal we hold; a context that ends it."""

    def __init__(self, *arguments, columns=80, rows=24, url=None):
        self.keyboard, self.terminal = pty.openpty()
        self.resize(columns, rows)
        self.modes_before = self.modes()
        self.seen = b""
        self._changed = threading.Condition()
        self.process = subprocess.Popen(
            [cluster.current.binary, *arguments],
            stdin=self.terminal,
            stdout=self.terminal,
            stderr=self.terminal,
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "CLOISTER_URL": url or cluster.current.url,
                "CLOISTER_API_KEY": cluster.current.key,
            },
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self._reader = threading.Thread(target=self._look, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.terminal)
        self._reader.join(5)
        os.close(self.keyboard)

    def _look(self):
        while True:
            try:
                part = os.read(self.keyboard, 65536)
            except OSError:
                return
            if not part:
                return
            with self._changed:
                self.seen += part
                self._changed.notify_all()

    def type(self, text):
        """Presses keys; Enter is a carriage return."""
        rest = text.encode() if isinstance(text, str) else text
        while rest:
            rest = rest[os.write(self.keyboard, rest) :]

    def until(self, wanted, after=0):
        """Waits until something has been shown behind a place, and returns the place behind it."""
        wanted = wanted.encode() if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while (place := self.seen.find(wanted, after)) < 0:
                left = deadline - time.monotonic()
                if left <= 0 or self.process.poll() is not None and not self._changed.wait(1):
                    raise AssertionError(f"{wanted!r} was not shown; code {self.process.poll()}: {self.seen[-2000:]!r}")
                self._changed.wait(min(left, 1))
            return place + len(wanted)

    def resize(self, columns, rows):
        fcntl.ioctl(self.keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def modes(self):
        return termios.tcgetattr(self.terminal)

    def end(self):
        """Waits for the process's end; its exit code."""
        return self.process.wait(PATIENCE)

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
