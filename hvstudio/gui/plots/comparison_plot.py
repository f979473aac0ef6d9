"""Bars side by side: what every VM gets under every architecture, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from attrs import frozen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hvstudio.gui.look.theme import Theme

TOKENS: Final = {"type1": "curve.1", "hybrid": "curve.2", "type2": "curve.3", "native": "curve.4"}
_GROUP: Final = 0.8
"""Part of the place of a VM that its bars fill."""


@frozen(kw_only=True)
class Bars:
    """One architecture: a value and an interval for each VM, in the order of the VMs; NaN where it has none."""

    vmm_type: str
    label: str
    values: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]


class ComparisonPlot(QWidget):
    """A group of bars for each VM. Values are shown relative to the VM's baseline, so that all fit one axis."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("comparisonPlot")
        self.setAccessibleName("Throughput of every virtual machine under every architecture")
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._bars: tuple[Bars, ...] = ()
        self.widget = pg.PlotWidget()
        self.item: Any = self.widget.getPlotItem()
        self.item.setMenuEnabled(False)
        self.item.hideButtons()
        self.item.setMouseEnabled(x=False, y=False)
        self.item.showGrid(x=False, y=True, alpha=0.18)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.widget)
        self.apply_theme(theme)

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        self.widget.setBackground(theme.qcolor("surface"))
        for name in ("left", "bottom"):
            axis = self.item.getAxis(name)
            axis.setPen(pg.mkPen(theme.colour("border-strong")))
            axis.setTextPen(pg.mkPen(theme.colour("text-muted")))
            axis.enableAutoSIPrefix(False)
        self.item.setLabel("left", "% of the first", color=theme.colour("text-muted"))
        self.show_bars(self._names, self._bars)

    def show_bars(self, names: Sequence[str], bars: Sequence[Bars]) -> None:
        """Show these VMs under these architectures; the first architecture is 100 %."""
        self._names, self._bars = tuple(names), tuple(bars)
        self.item.clear()
        if not bars or not names:
            return
        base = np.array(bars[0].values)
        base[base <= 0] = np.nan
        width = _GROUP / len(bars)
        places = np.arange(len(names), dtype=np.float64)
        highest = 100.0
        for number, row in enumerate(bars):
            x = places - _GROUP / 2 + width * (number + 0.5)
            values, lows, highs = (np.array(part) / base * 100 for part in (row.values, row.lows, row.highs))
            there = np.isfinite(values)
            self._draw(row.vmm_type, x[there], (values[there], lows[there], highs[there]), width)
            highest = max([highest, *highs[there].tolist()])
        self.item.getAxis("bottom").setTicks([list(enumerate(self._names))])
        self.item.setRange(xRange=(-0.6, len(names) - 0.4), yRange=(0, highest * 1.08), padding=0)

    def _draw(self, vmm_type: str, x: Any, values: tuple[Any, Any, Any], width: float) -> None:
        colour = self._theme.colour(TOKENS.get(vmm_type, "curve.5"))
        middle, low, high = values
        self.item.addItem(pg.BarGraphItem(x=x, height=middle, width=width * 0.9, brush=colour, pen=pg.mkPen(None)))
        pen = pg.mkPen(self._theme.colour("text"), width=1)
        self.item.addItem(pg.ErrorBarItem(x=x, y=middle, top=high - middle, bottom=middle - low, beam=0.06, pen=pen))
