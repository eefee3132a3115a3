"""Drives the runtime as the agent does: inside the image's root, over four pipes."""

import fcntl
import glob
import os
import select
import signal
import struct
import subprocess
import time

SOURCES = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../deploy/guest"))
COMMANDS = {
    "python": ["/usr/bin/python3", "-I", "-B", "/usr/lib/cloister/python/runtime.py"],
    "node": ["/usr/bin/node", "--expose-internals", "--no-force-async-hooks-checks", "/usr/lib/cloister/node/runtime.js"],
}
DEADLINE = int(os.environ.get("CLOISTER_TEST_DEADLINE", "20"))


class RuntimeProcess:
    """A runtime in a sandbox that has the image's root, and the sources of this checkout in it."""

    def __init__(self, root, kind="python"):
        command_out, self._commands = os.pipe()
        self._replies, reply_in = os.pipe()
        self.output, self.errors = bytearray(), bytearray()
        # bubblewrap hands descriptors 3 and 4 on to the runtime.
        inherited = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 50) for descriptor in (command_out, reply_in)]
        place = "exec 3<&{0} 4>&{1} {0}<&- {1}>&-".format(*inherited)
        self._process = subprocess.Popen(
            ["bash", "-c", f'{place}; exec "$@"', "bash", *sandbox(root, kind)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            pass_fds=inherited, start_new_session=True,
        )  # fmt: skip
        for descriptor in (command_out, reply_in, *inherited):
            os.close(descriptor)
        self._streams = {self._process.stdout.fileno(): self.output, self._process.stderr.fileno(): self.errors}
        for descriptor in self._streams:
            os.set_blocking(descriptor, False)
        try:
            self.expect("r")
        except BaseException:
            self.end()
            raise

    def send(self, kind, payload=b""):
        data = kind.encode() + struct.pack("<I", len(payload)) + payload
        while data:
            data = data[os.write(self._commands, data) :]

    def receive(self):
        """The next reply, or None when the runtime has ended."""
        header = self._read(5)
        if header is None:
            return None
        kind, length = struct.unpack("<cI", header)
        return kind.decode(), self._read(length)

    def expect(self, kind):
        reply = self.receive()
        assert reply is not None and reply[0] == kind, (reply, bytes(self.errors))
        return reply[1]

    def run(self, code, interrupt_after=None):
        """Runs a cell to its end."""
        del self.output[:], self.errors[:]
        self.send("x", code.encode())
        if interrupt_after is not None:
            time.sleep(interrupt_after)
            self.interrupt()
        return self.finish()

    def finish(self):
        result = Result()
        while (reply := self.receive()) is not None:
            kind, payload = reply
            if kind == "d":
                result.status = payload[0]
                name, _, message = payload[1:].partition(b"\0")
                result.error, result.message = name.decode(), message.decode()
                break
            result.add(kind, payload)
        self._collect_output()  # what the code has printed is there when the end is reported: nothing to wait for
        result.output, result.errors = self.output.decode(), self.errors.decode()
        return result

    def interrupt(self):
        """SIGINT to the runtime and what it started, but not to the sandbox around it."""
        for process in _descendants(self._process.pid):
            if _name(process) != "bwrap":
                try:
                    os.kill(process, signal.SIGINT)
                except ProcessLookupError:
                    pass

    def has_reply(self):
        """Whether the runtime has said something that nobody has received yet."""
        return bool(select.select([self._replies], [], [], 0)[0])

    def end(self):
        """Closes the commands, and returns the exit status."""
        os.close(self._commands)
        try:
            return self._process.wait(DEADLINE)
        finally:
            self._process.kill()
            self._process.stdout.close()
            self._process.stderr.close()
            os.close(self._replies)

    def _read(self, length):
        data = bytearray()
        while len(data) < length:
            ready = select.select([self._replies, *self._streams], [], [], DEADLINE)[0]
            if not ready:
                raise TimeoutError(f"the runtime says nothing; errors so far: {bytes(self.errors)!r}")
            if self._replies not in ready:
                self._collect_output()
                continue
            part = os.read(self._replies, min(length - len(data), 1 << 20))
            if not part:
                return None
            data += part
        return bytes(data)

    def _collect_output(self):
        for descriptor, into in list(self._streams.items()):
            try:
                while part := os.read(descriptor, 1 << 16):
                    into += part
                del self._streams[descriptor]
            except BlockingIOError:
                pass


class Result:
    """All that a cell has brought."""

    def __init__(self):
        self.status = self.text = self.json = self.error = self.message = None
        self.images = []
        self.was_cut = False

    def add(self, kind, payload):
        if kind == "i":
            self.images.append(payload)
        elif kind == "t":
            self.text = payload.decode()
        elif kind == "j":
            self.json = payload.decode()
        elif kind == "c":
            self.was_cut = True
        else:
            raise AssertionError(f"unknown reply {kind}")


def sandbox(root, kind):
    """The runtime's command line, in a read-only root as the image has it, without network, as the user of a session."""
    environment = {
        "PATH": "/home/session/.local/bin:/usr/local/bin:/usr/bin:/bin", "HOME": "/home/session", "USER": "session",
        "LANG": "C.UTF-8", "SHELL": "/bin/bash", "TERM": "dumb",
    }  # fmt: skip
    fonts = next(glob.iglob(f"{root}/var/cache/matplotlib/fontlist-*.json"))
    return [
        "bwrap", "--unshare-all", "--uid", "1000", "--gid", "1000", "--die-with-parent", "--clearenv",
        "--ro-bind", root, "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/mnt/data",
        "--tmpfs", "/home/session", "--tmpfs", "/var/cache/matplotlib", "--ro-bind", fonts, fonts[len(root) :],
        "--tmpfs", "/usr/lib/cloister", "--ro-bind", f"{SOURCES}/python", "/usr/lib/cloister/python",
        "--ro-bind", f"{SOURCES}/node", "/usr/lib/cloister/node",
        *(word for name, value in environment.items() for word in ("--setenv", name, value)),
        *COMMANDS[kind],
    ]  # fmt: skip


def _descendants(process):
    try:
        with open(f"/proc/{process}/task/{process}/children") as file:
            children = [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []
    return children + [below for child in children for below in _descendants(child)]


def _name(process):
    try:
        with open(f"/proc/{process}/comm") as file:
            return file.read().strip()
    except FileNotFoundError:
        return "bwrap"
