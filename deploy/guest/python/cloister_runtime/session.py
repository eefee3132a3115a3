"""The life of the runtime: says that it is ready, then carries out one command after the other."""

import gc
import os
import site
import sys

from . import interrupts, reseed, warmup
from .channel import Channel
from .figures import Figures
from .shell import make_shell
from .streams import StandardStreams

_OK, _FAILED, _INTERRUPTED = 0, 1, 2
_LONGEST_MESSAGE = 4096


def serve(commands, replies):
    """Serves the agent until it closes its end."""
    interrupts.end_cell()
    _settle_in()
    session = Session(Channel(commands, replies), StandardStreams())
    session.channel.send(b"r")
    while (command := session.channel.receive()) is not None:
        session.perform(*command)
    session.streams.flush()
    os._exit(0)


def _settle_in():
    """Gives the process what a user expects of it, though the agent started it in isolated mode."""
    os.environ.setdefault("PAGER", "cat")
    os.environ.setdefault("GIT_PAGER", "cat")
    try:
        os.chdir("/mnt/data")
    except OSError:
        pass
    sys.argv = [""]
    # The working folder comes after the standard library, so that a file named random.py breaks nothing of ours.
    installed = [index for index, folder in enumerate(sys.path) if folder.endswith("-packages")]
    sys.path.insert(min(installed, default=len(sys.path)), "")
    if os.getuid() != 0:  # where `%pip install` puts things; it has to be there before the first look
        folder = site.getusersitepackages()
        try:
            os.makedirs(folder, exist_ok=True)
            site.addsitedir(folder)
        except OSError:
            pass


class Session:
    """The shell and its surroundings."""

    def __init__(self, channel, streams):
        self.channel = channel
        self.streams = streams
        self.process = os.getpid()
        self.is_warm = False
        self.shell = make_shell(channel, streams)
        self.figures = Figures(self.shell.send_png)
        pictures = self.shell.display_formatter.formatters["image/png"]
        pictures.for_type_by_name("matplotlib.figure", "Figure", self.figures.displayed)

    def perform(self, kind, payload):
        """Carries out a command. A command that is not known, or a reseed that fails, ends the process: without an
        acknowledgement the agent must not go on with it."""
        if kind == b"x":
            self.execute(payload)
        elif kind == b"s":
            reseed.reseed()
            self.channel.send(b"k")
        elif kind == b"w":
            self.warm_up()
            self.channel.send(b"k")
        else:
            raise ValueError(f"command {kind!r} is not known")

    def execute(self, payload):
        """Runs a cell and reports how it ended, exactly once whatever happens in it."""
        error, message = self._run_guarded(payload.decode("utf-8", "replace"))
        if os.getpid() != self.process:  # a fork of the code's that came out at the end of the cell
            self.streams.flush()
            os._exit(0)
        self.streams.flush()
        self.streams.repair()
        self.channel.send(b"d", _outcome(error, message))

    def _run_guarded(self, code):
        """Runs a cell with signals let through; returns its error, or None, and the error's message."""
        try:
            interrupts.begin_cell()
            error = self._run_cell(code)
            message = _message_of(error)
        except BaseException as raised:
            error, message = raised, ""
        interrupts.end_cell()
        return error, message

    def _run_cell(self, code):
        self.shell.interrupted_await = False
        result = self.shell.run_cell(code, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        return self._finish_figures(error)

    @interrupts.interruptible
    def _finish_figures(self, error):
        try:
            if isinstance(error, KeyboardInterrupt):
                self.figures.close()
            else:
                self.figures.show()
        except (Exception, KeyboardInterrupt) as raised:
            if error is None:
                self.shell.showtraceback()
                return raised
        return error

    def warm_up(self):
        """Loads what most code uses, then forgets all traces of it; a second time, only uses it again."""
        self.channel.mute(True)
        with self.streams.discarded():
            for code in warmup.AGAIN if self.is_warm else warmup.CELLS:
                self._run_guarded(code)
        self.channel.mute(False)
        self.shell.reset(new_session=True)
        if not self.is_warm:
            self.is_warm = True
            reseed.warmed_up()
            gc.collect()
            # What is loaded now stays: the collector need not touch it again, and clones go on sharing its memory.
            gc.freeze()


@interrupts.interruptible
def _message_of(error):
    try:
        return "" if error is None else str(error)
    except (Exception, KeyboardInterrupt):  # it is the user's code that makes it
        return "(its message could not be made)"


def _outcome(error, message):
    if error is None:
        return bytes([_OK]) + b"\0"
    status = _INTERRUPTED if isinstance(error, KeyboardInterrupt) else _FAILED
    text = f"{type(error).__name__}\0{message}".encode("utf-8", "backslashreplace")
    return bytes([status]) + text[:_LONGEST_MESSAGE].decode("utf-8", "ignore").encode()
