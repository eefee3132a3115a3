"""SIGINT becomes a KeyboardInterrupt in the user's code, and nowhere else.

The handler looks at the stack that it interrupts, from the inside outwards. Whichever it meets first decides: the code
of a cell, or a function marked as `interruptible`, raises; a function marked as `shielded` does not, and neither does a
stack that has none of them. So there is no moment, however short, at which it could hit the runtime itself, and signals
that follow the first one cannot break what the first one has begun. A signal that comes while a cell is on its way
(being parsed, say) is remembered and raised where the code begins.
"""

import _signal  # the module without the wrappers of `signal`, which make enumerations of every number
import signal
import sys
import threading

# What user code may have given a handler that raises. Blocked between cells, so that it cannot break a command or a reply.
DEFERRED = {
    _signal.SIGINT, _signal.SIGALRM, _signal.SIGVTALRM, _signal.SIGPROF, _signal.SIGUSR1, _signal.SIGUSR2,
    _signal.SIGCHLD, _signal.SIGWINCH,
}  # fmt: skip

_ONLY_INTERRUPT = {_signal.SIGINT}
_interruptible = set()
_cells = []  # code of the cells that run, one inside the other
_shielded = set()
_wanted = False
_is_between_cells = False


def interruptible(function):
    """Marks a function in which, and below which, SIGINT raises."""
    _interruptible.add(function.__code__)
    return function


class raising_in:
    """While inside of this, SIGINT raises in and below the code of a cell."""

    def __init__(self, code):
        self._code = code

    def __enter__(self):
        _cells.append(self._code)

    def __exit__(self, *_):
        _cells.pop()


def has_reached_cell(traceback):
    """Whether an error was raised in or below the code of a cell, not on the way to it."""
    while traceback is not None:
        if any(traceback.tb_frame.f_code is code for code in _cells):
            return True
        traceback = traceback.tb_next
    return False


def shielded(function):
    """Marks a function that has to come to its end; call `raise_if_wanted` after it."""
    _shielded.add(function.__code__)
    return function


def _handle(_signal, frame):
    global _wanted
    _wanted = not _may_raise(frame)
    if not _wanted:
        raise KeyboardInterrupt


def _may_raise(frame):
    while frame is not None:
        code = frame.f_code
        if code in _interruptible or any(code is cell for cell in _cells):
            return True
        if code in _shielded:
            return False
        frame = frame.f_back
    return False


def raise_if_wanted():
    """Raises the interrupt that came at a moment when it could not be raised, if it can be raised now.

    While no cell runs it cannot: threads of the code receive signals even then, and one of them may have left its mark.
    """
    global _wanted
    if _wanted and threading.current_thread() is threading.main_thread() and _may_raise(sys._getframe(1)):
        _wanted = False
        raise KeyboardInterrupt


@interruptible
def enter_cell():
    """The moment before a cell's code begins."""
    raise_if_wanted()


def block():
    """Holds signals back; returns what `restore` needs. Between cells they are held back already."""
    return None if _is_between_cells else _signal.pthread_sigmask(_signal.SIG_BLOCK, DEFERRED)


def restore(mask):
    if mask is not None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)


def begin_cell():
    """Lets signals through to a cell; the ones that waited since the last one were meant for that one."""
    global _wanted, _is_between_cells
    if _signal.getsignal(_signal.SIGINT) is not _handle:
        signal.signal(signal.SIGINT, _handle)
    while _signal.sigtimedwait(_ONLY_INTERRUPT, 0) is not None:
        pass
    _wanted = False
    _is_between_cells = False
    try:
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, DEFERRED)
    except BaseException:  # a handler of an earlier cell; nobody is left whom it could tell
        pass


def end_cell():
    """Blocks signals again, whatever the user's own handlers raise at this moment."""
    global _wanted, _is_between_cells
    while True:
        try:
            block()
            _wanted = False
            _is_between_cells = True
            return
        except BaseException:
            continue
