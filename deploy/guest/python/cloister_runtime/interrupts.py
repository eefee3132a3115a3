"""SIGINT becomes a KeyboardInterrupt in the user's code, and nowhere else.

The handler looks at the stack that it interrupts. It raises only when a function marked as `interruptible` is on it
and no function marked as `shielded` is; so there is no moment, however short, at which it could hit the runtime
itself. A signal that comes while a cell is on its way (being parsed, say) is remembered and raised where the code begins.
"""

import _signal  # the module without the wrappers of `signal`, which make enumerations of every number
import signal
import threading

# What user code may have given a handler that raises. Blocked between cells, so that it cannot break a command or a reply.
DEFERRED = {
    _signal.SIGINT, _signal.SIGALRM, _signal.SIGVTALRM, _signal.SIGPROF, _signal.SIGUSR1, _signal.SIGUSR2,
    _signal.SIGCHLD, _signal.SIGWINCH,
}  # fmt: skip

_ONLY_INTERRUPT = {_signal.SIGINT}
_interruptible = set()
_shielded = set()
_wanted = False


def interruptible(function):
    """Marks a function in which, and below which, SIGINT raises."""
    _interruptible.add(function.__code__)
    return function


def shielded(function):
    """Marks a function that has to come to its end; call `raise_if_wanted` after it."""
    _shielded.add(function.__code__)
    return function


def _handle(_signal, frame):
    global _wanted
    while frame is not None:
        if frame.f_code in _shielded:
            break
        if frame.f_code in _interruptible:
            _wanted = False
            raise KeyboardInterrupt
        frame = frame.f_back
    _wanted = True


def raise_if_wanted():
    """Raises the interrupt that came at a moment when it could not be raised."""
    global _wanted
    if _wanted and threading.current_thread() is threading.main_thread():
        _wanted = False
        raise KeyboardInterrupt


def block():
    """Holds signals back; returns what `restore` needs."""
    return _signal.pthread_sigmask(_signal.SIG_BLOCK, DEFERRED)


def restore(mask):
    _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)


def begin_cell():
    """Lets signals through to a cell; the ones that waited since the last one were meant for that one."""
    global _wanted
    if _signal.getsignal(_signal.SIGINT) is not _handle:
        signal.signal(signal.SIGINT, _handle)
    while _signal.sigtimedwait(_ONLY_INTERRUPT, 0) is not None:
        pass
    _wanted = False
    try:
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, DEFERRED)
    except BaseException:  # a handler of an earlier cell; nobody is left whom it could tell
        pass


def end_cell():
    """Blocks signals again, whatever the user's own handlers raise at this moment."""
    global _wanted
    while True:
        try:
            block()
            _wanted = False
            return
        except BaseException:
            continue
