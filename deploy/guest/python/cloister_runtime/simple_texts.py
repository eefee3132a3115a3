"""The text of a number or a string, for which IPython would ask all its formatters."""


class SimpleTexts:
    """What IPython's formatters make of simple values, as long as nobody has changed them."""

    _KINDS = (bool, float, int, str)

    def __init__(self, formatter):
        self._text = formatter.formatters["text/plain"]
        self._formatters = [formatter.formatters[name] for name in formatter.active_types]
        self._printers = {kind: self._present(kind) for kind in self._KINDS}
        self._float_format = self._text.float_format

    def of(self, value):
        """Returns the text of a value, or None when IPython has to make it."""
        kind = type(value)
        if kind not in self._printers or self._printers[kind] != self._present(kind):
            return None
        if kind is float and self._text.float_format != self._float_format:
            return None
        try:
            return repr(value)
        except ValueError:  # an int of more digits than Python turns into text
            return None

    def _present(self, kind):
        return [formatter.type_printers.get(kind) for formatter in self._formatters]
