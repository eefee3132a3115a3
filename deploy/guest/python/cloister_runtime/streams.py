"""Descriptors 0, 1 and 2 and the Python streams on them, kept in a state in which output arrives."""

import contextlib
import fcntl
import io
import os
import sys


class StandardStreams:
    """Remembers what the standard descriptors were at the start, and repairs them after a cell."""

    def __init__(self):
        self._saved = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 210) for number in range(3)]
        self._identity = [_identity(descriptor) for descriptor in self._saved]
        self.error = self._saved[2]
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)

    def flush(self):
        for stream in {sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__}:
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):
                pass

    def repair(self):
        """Undoes closed or redirected descriptors; a replaced `sys.stdout` stays, unless it is closed or None."""
        for number in range(3):
            if _identity(number) != self._identity[number]:
                os.dup2(self._saved[number], number)
        os.set_blocking(1, True)  # child processes share the pipes and some make them non-blocking
        os.set_blocking(2, True)
        if _unusable(sys.stdout):
            sys.stdout = sys.__stdout__ = _text_stream(1)
        if _unusable(sys.stderr):
            sys.stderr = sys.__stderr__ = _text_stream(2)

    @contextlib.contextmanager
    def discarded(self):
        """Output goes nowhere inside of this."""
        with open(os.devnull, "wb") as null:
            self.flush()
            os.dup2(null.fileno(), 1)
            os.dup2(null.fileno(), 2)
            self.error = 2
            try:
                yield
            finally:
                self.flush()
                self.error = self._saved[2]
                self.repair()

    def write_error(self, text):
        """Writes to the original standard error, whatever the code has done to `sys.stderr`."""
        data = text.encode("utf-8", "backslashreplace")
        while data:
            data = data[os.write(self.error, data) :]


def _identity(descriptor):
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _unusable(stream):
    return stream is None or getattr(stream, "closed", False)


def _text_stream(number):
    raw = open(number, "wb", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
