"""The value of a cell's last expression, as text and as JSON, both bounded."""

import json
import math
import sys

# The greatest result that a pool can allow (PoolRules.swift).
LIMIT = 4 << 20
_DEEPEST = 100


def text_of(text):
    """UTF-8 of a value's text, and whether something was cut off because it was over the limit."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= LIMIT:
        return data, False
    marker = f"\n... [cut: the text has {len(data)} bytes]".encode()
    return data[: LIMIT - len(marker)].decode("utf-8", "ignore").encode() + marker, True


def json_of(value):
    """JSON of a value that consists of what JSON knows (and NumPy's numbers), or None; and whether it was too large for it."""
    try:
        data = json.dumps(_Plain().of(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except OverflowError:
        return None, True
    except Exception:  # whatever a subclass of the user's does in our hands
        return None, False
    return (data, False) if len(data) <= LIMIT else (None, True)


class _Plain:
    """Copies a value into plain Python objects, and gives up when it is too large to be worth it."""

    def __init__(self):
        self._left = LIMIT

    def of(self, value, depth=0):
        if value is None or value is True or value is False:
            return self._counted(value, 4)
        if isinstance(value, str):
            return self._counted(str.__str__(value), len(value))
        if isinstance(value, int):
            return self._counted(int(value), 1)
        if isinstance(value, float):
            return self._counted(float(value) if math.isfinite(value) else None, 1)
        if depth < _DEEPEST and isinstance(value, dict):
            return {_key(key, self): self.of(member, depth + 1) for key, member in value.items()}
        if depth < _DEEPEST and isinstance(value, (list, tuple)):
            return [self._counted(self.of(member, depth + 1), 1) for member in value]
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, (numpy.bool_, numpy.integer, numpy.floating)):
            return self.of(value.item() if value.dtype.itemsize <= 8 else float(value), depth)
        raise TypeError(type(value))

    def _counted(self, value, size):
        self._left -= size
        if self._left < 0:
            raise OverflowError
        return value


def _key(key, plain):
    if isinstance(key, str):
        return plain.of(key)
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(plain.of(key))
    raise TypeError(type(key))
