"""The inputs of a session, `_i` and its relatives among them, kept in memory."""

from IPython.core.history import HistoryManager

# How many of the last cells are kept as text; a session that runs for days shall not grow with each.
KEPT_INPUTS = 1000


class History(HistoryManager):
    """IPython's history without a file to save to.

    Nothing observes what every cell sets, so these are plain attributes: a trait takes a hundred times as long to set.
    """

    _i = _ii = _iii = _i00 = ""
    input_hist_parsed = [""]
    input_hist_raw = [""]

    def keep_inputs_for(self, shell):
        """Names the shell whose code gets the last inputs."""
        self._push = shell.push
        self._names = shell.user_ns

    def store_inputs(self, line_num, source, source_raw=None):
        """Keeps a cell as code and as it was typed, and gives the user's code the last ones."""
        raw = (source if source_raw is None else source_raw).rstrip("\n")
        if self._exit_re.match(raw.strip()):
            return
        self.input_hist_parsed.append(source.rstrip("\n"))
        self.input_hist_raw.append(raw)
        self._i00, self._i, self._ii, self._iii = raw, self._i00, self._i, self._ii
        inputs = {"_i": self._i, "_ii": self._ii, "_iii": self._iii, f"_i{line_num}": raw}
        self._push(inputs, interactive=False)
        self._forget(line_num - KEPT_INPUTS)

    def _forget(self, line_num):
        if 0 < line_num < len(self.input_hist_raw):
            self.input_hist_parsed[line_num] = self.input_hist_raw[line_num] = ""
            self._names.pop(f"_i{line_num}", None)

    def store_output(self, line_num):
        """Outputs are in `Out`; there is no file for them."""
