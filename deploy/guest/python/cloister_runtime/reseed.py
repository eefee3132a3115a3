"""Fresh randomness for a process that woke up as the copy of another one.

The agent has reseeded the kernel before, and everything here draws from it: `os.urandom`, `secrets`, `uuid.uuid4` and
generators made from now on do so by themselves. What is renewed is the state that lives in this process. Python's hash
seed cannot be renewed: the clones of one template share it. A generator that the user's code made itself is left alone.

A clone of a warmed template reseeds while a client waits, in a machine in which every piece of code that runs for the
first time has to be translated. What the warm-up has left untouched is known, so that first reseed takes fewer steps.
"""

import os
import sys

_NUMPY_WORDS = 624  # the state of numpy's Mersenne twister; its position follows
_untouched = False
_numpy_state = None


def warmed_up():
    """Notes the end of the warm-up: until the first reseed nothing draws a number any more.

    OpenSSL's generator is made at its first use, and the warm-up does not use it (the tests of twins would find that).
    """
    global _untouched, _numpy_state
    mtrand = sys.modules.get("numpy.random.mtrand")
    _numpy_state = _memory_of(mtrand._rand) if mtrand is not None else None
    _untouched = mtrand is None or _numpy_state is not None


def reseed():
    """Renews every generator that is loaded."""
    global _untouched, _numpy_state
    import random

    random.seed(int.from_bytes(os.urandom(64), "little"))
    if not _untouched:
        _reseed_libraries()
    elif _numpy_state is not None:
        _numpy_state[:] = os.urandom(4 * _NUMPY_WORDS) + _NUMPY_WORDS.to_bytes(4, sys.byteorder)
    _untouched, _numpy_state = False, None
    _renew_uuid()
    if "tempfile" in sys.modules:
        sys.modules["tempfile"]._name_sequence = None
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)
    if "platform" in sys.modules:
        sys.modules["platform"]._uname_cache = None


def _reseed_libraries():
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "_ssl" in sys.modules:
        sys.modules["_ssl"].RAND_add(os.urandom(64), 64.0)


def _memory_of(generator):
    """The memory of numpy's global generator: filling it runs a fraction of the code that `seed` runs.

    None when it does not look as it should, as in another version of numpy.
    """
    import ctypes

    import numpy

    generator.seed()  # nothing is left over from a last pair of numbers
    twister = generator._bit_generator
    state = twister.state["state"]
    memory = (ctypes.c_uint32 * (_NUMPY_WORDS + 1)).from_address(twister.ctypes.state_address)
    words = numpy.frombuffer(memory, dtype=numpy.uint32)
    if words.tolist() != [*state["key"].tolist(), state["pos"]]:
        return None
    return memoryview(words).cast("B")


def _renew_uuid():
    uuid = sys.modules.get("uuid")
    if uuid is None:
        return
    uuid._last_timestamp = None
    # libuuid keeps a node and a clock sequence that cannot be renewed; without it Python makes its own.
    uuid._generate_time_safe = None
    uuid._UuidCreate = None
    # The hardware address is the same in every clone, or there is none: a random node instead.
    uuid._node = int.from_bytes(os.urandom(6), "big") | (1 << 40)
