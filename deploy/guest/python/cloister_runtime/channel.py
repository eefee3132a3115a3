"""Frames between the agent and this process: one byte of type, four bytes of length (little endian), the payload."""

import fcntl
import os
import struct
import threading

from . import interrupts

_HEADER = struct.Struct("<cI")
_LOWEST = 200  # out of the way of code that counts on the low descriptors


class Channel:
    """The two pipes to the agent. A forked child has no part in it: there, replies go nowhere."""

    def __init__(self, commands, replies):
        self._commands = _move(commands)
        self._replies = _move(replies)
        self._writing = threading.Lock()
        self._silent = False
        os.register_at_fork(after_in_child=self._abandon)

    def receive(self):
        """Returns the next command's type and payload, or None when the agent has closed its end."""
        header = self._read(_HEADER.size)
        if header is None:
            return None
        kind, length = _HEADER.unpack(header)
        payload = self._read(length)
        return None if payload is None else (kind, payload)

    def _read(self, length):
        data = bytearray()
        while len(data) < length:
            part = os.read(self._commands, min(length - len(data), 1 << 20))
            if not part:
                return None
            data += part
        return bytes(data)

    def send(self, kind, payload=b""):
        """Sends a reply whole, however long the agent takes to read it; an interrupt is raised after it."""
        self._send_whole(kind, payload)
        interrupts.raise_if_wanted()

    @interrupts.shielded
    def _send_whole(self, kind, payload):
        if self._silent:
            return
        # Signals are held back as well, because a handler of the user's that raises would lose its place in a frame.
        mask = interrupts.block()
        try:
            with self._writing:
                frame = memoryview(_HEADER.pack(kind, len(payload)) + payload)
                while frame:
                    frame = frame[os.write(self._replies, frame) :]
        except OSError:  # the agent is gone, or the code has closed the descriptor: this session is over
            os._exit(70)
        finally:
            interrupts.restore(mask)

    def mute(self, silent):
        """Drops replies (while warming up) or sends them again."""
        self._silent = silent

    def _abandon(self):
        self._silent = True
        os.close(self._commands)
        os.close(self._replies)


def _move(descriptor):
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _LOWEST)
    os.close(descriptor)
    os.set_blocking(moved, True)
    return moved
