"""The short way of a cell through IPython.

IPython prepares each cell for everything that a cell may be. Most are plain Python that awaits nothing; for these, what
is done here has the same effects in the same order. Whatever else a cell is, and whatever is wrong with it before its
code runs, IPython sees to it.
"""

import ast
import sys
from types import CodeType

from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

from . import interrupts
from .plain import is_simple, may_await

_MODES = {ast.Module: "exec", ast.Interactive: "single"}


class ShortWay:
    """Runs cells in one shell."""

    def __init__(self, shell):
        self._shell = shell

    def run(self, cell):
        """Runs a cell and returns its result, or None when it has to go IPython's way: then nothing has happened yet."""
        shell = self._shell
        if may_await(cell) or cell.isspace() or not cell or not shell.plain_cells.holds(cell) or self._is_watched():
            return None
        code = cell if cell.endswith("\n") else cell + "\n"
        name = shell.compile.cache(code, shell.execution_count, raw_code=cell)
        try:
            # Compiled at once: there is no more than one part, whose value is shown if it has one.
            parts = [shell.compile(code, name, "single")] if is_simple(cell) else _statements(shell, code, name)
        except Exception:
            return None
        result = ExecutionResult(ExecutionInfo(cell, True, False, True, None))
        result.execution_count = shell.execution_count
        shell.events.trigger("pre_execute")
        shell.events.trigger("pre_run_cell", result.info)
        shell.history_manager.store_inputs(shell.execution_count, code, cell)
        former, sys.displayhook = sys.displayhook, shell.displayhook
        shell.displayhook.exec_result = result
        try:
            shell.last_execution_succeeded = self._run_all(parts, name, result)
        finally:
            sys.displayhook = former
        shell.displayhook.exec_result = None
        shell.last_execution_result = result
        shell.execution_count += 1
        return result

    def _is_watched(self):
        """Whether the user's code has asked IPython for more than usual."""
        shell = self._shell
        return shell.ast_transformers or shell.ast_node_interactivity != "last_expr" or shell.logger.log_active

    def _run_all(self, parts, name, result):
        """Runs one part after the other, as IPython does; returns whether all went well."""
        shell = self._shell
        try:
            for part in parts:
                code = part if isinstance(part, CodeType) else shell.compile(part, name, _MODES[type(part)])
                if self._failed(code, result):
                    return False
        except BaseException as error:  # what can be parsed and yet not compiled, such as a `return` outside of a function
            result.error_before_exec = error
            shell.showtraceback()
            return False
        return True

    def _failed(self, code, result):
        with interrupts.raising_in(code):
            interrupts.enter_cell()
            steps = InteractiveShell.run_code(self._shell, code, result)
            try:
                steps.send(None)
            except StopIteration as end:
                return end.value
        raise RuntimeError("code that awaits nothing did not come to its end")


def _statements(shell, code, name):
    """The statements of a cell, each by itself; the value of the last one is shown if it is an expression."""
    nodes = shell.compile.ast_parse(code, filename=name).body
    parts = [ast.Module([node], []) for node in nodes]
    if nodes and isinstance(nodes[-1], ast.Expr):
        parts[-1] = ast.Interactive([nodes[-1]])
    return parts
