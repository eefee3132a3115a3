"""What a JSON value has to look like: a value stands for itself, a type for any of that type, and so on."""

import re


class Exactly(dict):
    """An object with these members and no others; a plain dict may have more."""


class Text(str):
    """A string in which this regular expression is found."""


class OneOf(tuple):
    """One of these patterns."""

    def __new__(cls, *patterns):
        return super().__new__(cls, patterns)


class ListOf:
    """A list of things like this, with at least one of them unless `empty`."""

    def __init__(self, pattern, empty=False):
        self.pattern = pattern
        self.empty = empty


class Having:
    """A list that has something like this in it."""

    def __init__(self, pattern):
        self.pattern = pattern


def mismatch(value, pattern, place="$"):
    """Why a value does not fit, or None when it does."""
    if isinstance(pattern, type):
        # To Python a boolean is a number, to JSON it is not.
        fits = isinstance(value, pattern) and not (pattern is int and isinstance(value, bool))
        return None if fits else f"{place} is no {pattern.__name__}: {value!r}"
    if isinstance(pattern, Text):
        fits = isinstance(value, str) and re.search(pattern, value)
        return None if fits else f"{place} does not have {str(pattern)!r}: {value!r}"
    if isinstance(pattern, OneOf):
        reasons = [mismatch(value, each, place) for each in pattern]
        return None if None in reasons else "; ".join(reasons)
    if isinstance(pattern, dict):
        return _object_mismatch(value, pattern, place)
    if isinstance(pattern, (ListOf, Having, list)):
        return _list_mismatch(value, pattern, place)
    same = value == pattern and isinstance(value, bool) == isinstance(pattern, bool)
    return None if same else f"{place} is {value!r}, not {pattern!r}"


def _object_mismatch(value, pattern, place):
    if not isinstance(value, dict):
        return f"{place} is no object: {value!r}"
    missing = pattern.keys() - value.keys()
    extra = value.keys() - pattern.keys() if isinstance(pattern, Exactly) else set()
    if missing or extra:
        return f"{place} lacks {sorted(missing)}, has beyond {sorted(extra)}"
    reasons = (mismatch(value[name], each, f"{place}.{name}") for name, each in pattern.items())
    return next((reason for reason in reasons if reason), None)


def _list_mismatch(value, pattern, place):
    if not isinstance(value, list):
        return f"{place} is no list: {value!r}"
    if isinstance(pattern, Having):
        fits = any(mismatch(each, pattern.pattern) is None for each in value)
        return None if fits else f"{place} has nothing like {pattern.pattern!r}: {value!r}"
    if isinstance(pattern, ListOf):
        if not value and not pattern.empty:
            return f"{place} is empty"
        pairs = [(each, pattern.pattern) for each in value]
    elif len(value) != len(pattern):
        return f"{place} has {len(value)} items, not {len(pattern)}: {value!r}"
    else:
        pairs = list(zip(value, pattern))
    reasons = (mismatch(each, like, f"{place}[{number}]") for number, (each, like) in enumerate(pairs))
    return next((reason for reason in reasons if reason), None)
