"""IPython's shell, fitted to a process without a terminal: values and pictures become replies, errors go to stderr."""

import asyncio
import builtins
import linecache
import os
import subprocess
import sys
import warnings
import zlib
from base64 import b64decode
from collections import deque

from IPython.core import page
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from . import figures, interrupts, values
from .cells import ShortWay
from .history import KEPT_INPUTS, History
from .plain import PlainCells, may_await
from .simple_texts import SimpleTexts

_OWN_FOLDER = os.path.dirname(__file__) + os.sep
_LARGEST_IMAGE = 16 << 20


class ValueHook(DisplayHook):
    """Sends the last expression's value instead of printing `Out[1]:`."""

    exec_result = None  # a plain attribute, see `History`

    def quiet(self):
        return ";" in self.shell.history_manager.input_hist_parsed[-1] and super().quiet()

    def write_output_prompt(self):
        pass

    def compute_format_data(self, result):
        text = self.shell.simple_texts.of(result)
        return super().compute_format_data(result) if text is None else ({"text/plain": text}, {})

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.send_value(self.exec_result.result if self.exec_result else None, format_dict)

    def log_output(self, format_dict):
        pass

    def finish_displayhook(self):
        pass

    def cull_cache(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().cull_cache()


class Publisher(DisplayPublisher):
    """`display(...)`: pictures are sent, anything else is printed as text."""

    def publish(self, data, metadata=None, source=None, **options):
        if not self.shell.send_image(data):
            super().publish(data, metadata)

    def clear_output(self, wait=False):
        pass


class Compiler(CachingCompiler):
    """Names cells by a checksum instead of a hash, for which OpenSSL would have to be woken up, and keeps the lines of the
    last ones for tracebacks."""

    def __init__(self):
        super().__init__()
        self._cells = deque()

    def cache(self, transformed_code, number=0, raw_code=None):
        name = super().cache(transformed_code, number, raw_code)
        self._cells.append(name)
        if len(self._cells) > KEPT_INPUTS:
            oldest = self._cells.popleft()
            for kept in (linecache.cache, linecache._ipython_cache, self._filename_map):
                kept.pop(oldest, None)
        return name

    def get_code_name(self, raw_code, transformed_code, number):
        return f"<ipython-input-{number}-{zlib.crc32(transformed_code.encode('utf-8', 'replace')):012x}>"


class Shell(InteractiveShell):
    """The shell that lives as long as the session."""

    compiler_class = Compiler
    displayhook_class = Type(ValueHook)
    display_pub_class = Type(Publisher)

    # Plain attributes, see `History`: every cell sets or reads them.
    execution_count = 1
    last_execution_succeeded = True
    last_execution_result = None
    history_manager = None
    builtin_trap = None
    display_trap = None
    displayhook = None
    prefilter_manager = None
    magics_manager = None
    ast_node_interactivity = "last_expr"
    ast_transformers = []
    input_transformers_post = []
    input_transformer_manager = TransformerManager()
    autocall = 0

    def init_history(self):
        self.history_manager = History(shell=self, parent=self)
        self.history_manager.keep_inputs_for(self)
        self.configurables.append(self.history_manager)

    def enable_matplotlib(self, gui=None):
        """`%matplotlib ...`: figures are sent as pictures whatever is asked for."""
        return "inline", f"module://{figures.BACKEND}"

    def enable_gui(self, gui=None):
        pass

    def ask_exit(self):
        raise SystemExit

    def system(self, command):
        """`!command`: a child with our own descriptors, so that its output needs no detour."""
        self.streams.flush()
        command = self.var_expand(command, depth=1)
        try:
            status = subprocess.call(command, shell=True, executable="/bin/bash")
        except KeyboardInterrupt:
            raise KeyboardInterrupt from None  # without the inside of `subprocess` in its traceback
        self.user_ns["_exit_code"] = status

    def _run_cell(self, raw_cell, store_history, silent, shell_futures, cell_id):
        if store_history and shell_futures and not silent:
            result = self.short_way.run(raw_cell)
            if result is not None:
                return result
        return super()._run_cell(raw_cell, store_history, silent, shell_futures, cell_id)

    async def run_code(self, code_obj, result=None, *, async_=False):
        with interrupts.raising_in(code_obj):
            interrupts.enter_cell()
            return await super().run_code(code_obj, result, async_=async_)

    def transform_cell(self, raw_cell):
        if self.plain_cells.holds(raw_cell):
            return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"
        return super().transform_cell(raw_cell)

    def should_run_async(self, raw_cell, *, transformed_cell=None, preprocessing_exc_tuple=None):
        if transformed_cell is not None and not may_await(transformed_cell):
            return False
        return super().should_run_async(
            raw_cell, transformed_cell=transformed_cell, preprocessing_exc_tuple=preprocessing_exc_tuple
        )

    @interrupts.shielded
    def showtraceback(self, exc_tuple=None, *arguments, **options):
        """Renders an error. A further interrupt ends the rendering, which may take long and runs code of the user's."""
        kind, _, traceback = exc_tuple or sys.exc_info()
        never_began = kind is KeyboardInterrupt and not interrupts.has_reached_cell(traceback)
        if self.interrupted_await or never_began:
            self.interrupted_await = False
            self.streams.write_error("KeyboardInterrupt\n")
            return
        _leave_out_runtime(traceback)
        try:
            self._render_traceback(exc_tuple, *arguments, **options)
        except KeyboardInterrupt:
            self.streams.write_error(f"{kind.__name__}: the traceback was interrupted\n")

    @interrupts.interruptible
    def _render_traceback(self, exc_tuple, *arguments, **options):
        super().showtraceback(exc_tuple, *arguments, **options)

    def _showtraceback(self, etype, evalue, stb):
        self.streams.flush()
        text = stb if isinstance(stb, str) else self.InteractiveTB.stb2text(stb)
        self.streams.write_error(text if text.endswith("\n") else text + "\n")

    def send_value(self, value, formats):
        text = formats.get("text/plain")
        if text is not None:
            data, was_cut = values.text_of(text)
            self.channel.send(b"t", data)
            json, was_too_large = values.json_of(value)
            if json is not None:
                self.channel.send(b"j", json)
            if was_cut or was_too_large:
                self.channel.send(b"c")
        self.send_image(formats)

    def send_image(self, formats):
        """Sends the picture among the formats; returns whether there was one."""
        image = formats.get("image/png")
        if image is not None:
            image = b64decode(image) if isinstance(image, str) else bytes(image)
        elif "image/jpeg" in formats:
            image = _png_of(formats["image/jpeg"])
        if image is None:
            return False
        self.send_png(image)
        return True

    def send_png(self, data):
        if len(data) > _LARGEST_IMAGE:
            self.streams.write_error(f"[a picture of {len(data)} bytes is too large and was left out]\n")
        else:
            self.streams.flush()
            self.channel.send(b"i", data)


def make_shell(channel, streams):
    """Makes the one shell of this process."""
    config = Config()
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.cache_size = 32
    config.InteractiveShell.banner1 = ""
    config.HistoryManager.enabled = False
    config.IPCompleter.use_jedi = False
    config.DisplayFormatter.active_types = ["text/plain", "image/png", "image/jpeg"]
    Shell.channel = channel
    Shell.streams = streams
    Shell.interrupted_await = False
    shell = Shell.instance(config=config)
    shell.loop_runner = _EventLoop(shell)
    shell.plain_cells = PlainCells(shell)
    shell.short_way = ShortWay(shell)
    shell.simple_texts = SimpleTexts(shell.display_formatter)
    shell.builtin_trap.__enter__()  # once and for all, not anew for each cell
    shell.configurables.append(figures.InlineBackend.instance())
    shell.set_hook("show_in_pager", page.as_hook(page.display_page), 90)
    warnings.filterwarnings("ignore", message="To exit: use")
    builtins.input = _no_input
    return shell


class _EventLoop:
    """Runs cells that await. The loop lives on between them, and an interrupted cell does not."""

    def __init__(self, shell):
        self._shell = shell
        self._loop = None

    def __call__(self, coroutine):
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        return self._run(self._loop.create_task(coroutine))

    @interrupts.interruptible
    def _run(self, task):
        try:
            return self._loop.run_until_complete(task)
        except KeyboardInterrupt:
            if task.done():
                raise
            # IPython reports what ends the task; that shall be the interrupt, not the cancellation.
            self._shell.interrupted_await = True
            task.cancel()
            loop, self._loop = self._loop, None  # lost if the code does not end, or the next cell would go on with it
            result = loop.run_until_complete(task)
            self._loop = loop
            result.error_in_exec = KeyboardInterrupt()
            return result


def _leave_out_runtime(traceback):
    """Cuts our own functions off the end of a traceback: that the handler raised the interrupt tells nobody anything."""
    last = traceback
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
            last = traceback
        traceback = traceback.tb_next
    if last is not None:
        last.tb_next = None


def _no_input(prompt="", /):
    raise EOFError("input() cannot be answered: the code runs without a keyboard. Put the values into the code.")


def _png_of(jpeg):
    from io import BytesIO

    from PIL import Image

    output = BytesIO()
    Image.open(BytesIO(b64decode(jpeg) if isinstance(jpeg, str) else jpeg)).save(output, "PNG")
    return output.getvalue()
