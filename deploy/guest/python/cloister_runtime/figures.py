"""matplotlib's figures, sent as PNG: after a cell, on `plt.show()`, and when one is displayed.

matplotlib is not imported here. A finder waits for the user's code to import it and then makes this module's back end
the one that it draws with. Child processes get Agg, the back end without a screen.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import weakref

from traitlets import Any, Bool, Dict, Unicode
from traitlets.config import SingletonConfigurable

BACKEND = "cloister_figures"


class InlineBackend(SingletonConfigurable):
    """What notebooks set with `%config InlineBackend...`; figure_format 'retina' doubles the resolution."""

    figure_format = Unicode("png").tag(config=True)
    figure_formats = Any().tag(config=True)
    print_figure_kwargs = Dict({"bbox_inches": "tight"}).tag(config=True)
    close_figures = Bool(True).tag(config=True)
    rc = Dict().tag(config=True)


class Figures:
    """Renders figures and sends each one once."""

    def __init__(self, send):
        self._send = send
        self._settings = InlineBackend.instance()
        self._displayed = weakref.WeakSet()
        os.environ["MPLBACKEND"] = "Agg"
        os.environ.setdefault("MPLCONFIGDIR", "/var/cache/matplotlib")
        sys.meta_path.insert(0, _Finder(self))

    def png(self, figure):
        """The figure as PNG, or None when there is nothing on it."""
        from IPython.core.pylabtools import print_figure

        formats = f"{self._settings.figure_format} {self._settings.figure_formats}"
        scale = 2 if "retina" in formats or "2x" in formats else 1
        return print_figure(figure, fmt="png", dpi=figure.dpi * scale, **self._settings.print_figure_kwargs)

    def displayed(self, figure):
        """The PNG of a figure that the code displays itself, which is not sent a second time when the cell ends."""
        self._displayed.add(figure)
        return self.png(figure)

    def show(self, *_arguments, **_options):
        """`plt.show()`, and the end of a cell: sends the open figures in the order of their making and closes them."""
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        if helpers is None or not helpers.Gcf.figs:
            return
        try:
            for _, manager in sorted(helpers.Gcf.figs.items()):
                figure = manager.canvas.figure
                if figure not in self._displayed:
                    self._send_figure(figure)
        finally:
            self.close()

    def show_one(self, manager):
        """`figure.show()`."""
        self._send_figure(manager.canvas.figure)
        self._displayed.add(manager.canvas.figure)

    def close(self):
        """Closes the open figures without sending them."""
        self._displayed.clear()
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        if helpers is not None:
            helpers.Gcf.destroy_all()

    def _send_figure(self, figure):
        data = self.png(figure)
        if data:
            self._send(data)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds matplotlib as the others do, and makes it use our back end once it is loaded."""

    def __init__(self, figures):
        self._figures = figures
        self._searching = False

    def find_spec(self, name, path=None, target=None):
        if name == BACKEND:
            return importlib.machinery.ModuleSpec(name, _BackendLoader(self._figures))
        if name != "matplotlib" or self._searching:
            return None
        self._searching = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._searching = False
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_choose_backend(module):
                load(module)
                module.rcParams["backend"] = f"module://{BACKEND}"

            spec.loader.exec_module = load_and_choose_backend
        return spec


class _BackendLoader(importlib.abc.Loader):
    """Makes the module that matplotlib imports as its back end."""

    def __init__(self, figures):
        self._figures = figures

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        from matplotlib.backend_bases import FigureManagerBase
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        figures = self._figures

        class FigureManager(FigureManagerBase):
            def show(self):
                figures.show_one(self)

        class FigureCanvas(FigureCanvasAgg):
            manager_class = FigureManager

        module.FigureManager = FigureManager
        module.FigureCanvas = FigureCanvas
        module.show = figures.show
