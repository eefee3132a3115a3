"""Fresh randomness for a process that woke up as the copy of another one.

`os.urandom`, `secrets`, `uuid.uuid4` and generators made from now on draw from the kernel, which the agent has reseeded
before. What is renewed here is the state that lives in this process. Python's hash seed cannot be renewed: the clones of
one template share it. A generator that the user's code made itself is left alone.
"""

import hashlib
import os
import sys
import time


def reseed(entropy):
    """Renews every generator that is loaded."""
    import random

    random.seed(_derived(entropy, b"random"))
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        _reseed_numpy(numpy_random, entropy)
    openssl = sys.modules.get("_ssl")
    if openssl is not None:
        openssl.RAND_add(_derived(entropy, b"openssl"), 64.0)
    _renew_uuid()
    _renew_others(entropy)
    time.tzset()
    if "platform" in sys.modules:
        sys.modules["platform"]._uname_cache = None


def _derived(entropy, purpose):
    """64 bytes for one purpose, so that one generator's state tells nothing about another's."""
    return hashlib.blake2b(entropy + os.urandom(32), person=purpose).digest()


def _reseed_numpy(numpy_random, entropy):
    import numpy

    numpy_random.seed(numpy.frombuffer(_derived(entropy, b"numpy"), dtype=numpy.uint32))


def _renew_uuid():
    uuid = sys.modules.get("uuid")
    if uuid is None:
        return
    uuid._node = None
    uuid._last_timestamp = None
    # libuuid keeps a node and a clock sequence that cannot be renewed; without it Python makes its own.
    uuid._generate_time_safe = None
    uuid._UuidCreate = None
    # The hardware address is the same in every clone, or there is none: a random node instead.
    uuid._node = int.from_bytes(os.urandom(6), "big") | (1 << 40)


def _renew_others(entropy):
    if "tempfile" in sys.modules:
        sys.modules["tempfile"]._name_sequence = None
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = _derived(entropy, b"authkey")[:32]
