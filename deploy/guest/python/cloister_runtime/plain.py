"""Tells cells of plain Python from cells that IPython has to transform.

Looking for magics, `!commands`, help and prompts takes IPython as long as all the rest of a short cell. Most cells have
none of it, which a glance at the text shows; where the glance leaves a doubt, IPython looks.
"""

import re

from IPython.core.autocall import IPyAutocall
from IPython.core.macro import Macro

_DOUBT = re.compile(
    r"[%!?\r]"  # magics, commands, help, other ends of lines
    r"|\A\s"  # empty lines and indentation that are taken off
    r"|^[ \t]*[,;/]"  # escapes for quoting and calling
    r"|^[ \t]*(?:>>>|\.\.\.|In ?\[|\[(?:ins|nav)\])",  # prompts
    re.MULTILINE,
)
_FIRST_WORD = re.compile(r"[\w.]*")
_NOT_SIMPLE = re.compile(r"[;\n]|\A(?:if|for|while|with|try|def|class)\b")


class PlainCells:
    """What is plain in one shell."""

    def __init__(self, shell):
        self._shell = shell
        self._line_magics = shell.magics_manager.magics["line"]
        self._transformers = self._current_transformers()

    def holds(self, cell):
        """Whether a cell is the same after IPython's transformations."""
        if _DOUBT.search(cell) or self._shell.autocall or self._transformers != self._current_transformers():
            return False
        if "\n" in cell.rstrip("\n"):
            return True
        # The first word of a single line may be the name of a magic, of a macro, or of what is called without brackets.
        word = _FIRST_WORD.match(cell)[0]
        named = self._shell.user_ns.get(word)
        return word not in self._line_magics and not isinstance(named, (Macro, IPyAutocall))

    def _current_transformers(self):
        manager = self._shell.input_transformer_manager
        return (
            *manager.cleanup_transforms,
            *manager.line_transforms,
            *manager.token_transformers,
            *self._shell.input_transformers_post,
            *self._shell.prefilter_manager.transformers,
        )


def is_simple(cell):
    """Whether a cell, if it can be compiled at all, is a single simple statement."""
    return _NOT_SIMPLE.search(cell, 0, len(cell) - cell.endswith("\n")) is None


def may_await(cell):
    """Whether a cell may need a loop."""
    return "await" in cell or "async" in cell
