"""Where the processors' time goes: the layers of work of one host, stacked over time against its capacity."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hvstudio.gui.look.theme import Theme
from hvstudio.gui.plots.series import Series, step_up

LAYER_TOKENS: Final = ("guest_user", "guest_kernel", "vmm", "host", "background", "switch")
LAYER_LABELS: Final = ("Guest user", "Guest kernel", "Hypervisor", "Parent or host OS", "Background", "Switching")
_SMOOTHING_S: Final = 1.0
_FIRST_SPAN_S: Final = 10.0
_TOP: Final = 108.0
"""A little above all of the host, so that the number of the highest tick is not cut."""


class LayersPlot(QWidget):
    """Stacked areas; the highest sum is drawn first and the others over it, so seven polygons do."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("layersPlot")
        self.setAccessibleName("Utilisation of the host by layer over time")
        self.pool = 0
        self._series: Series | None = None
        self._span = _FIRST_SPAN_S
        self.widget = pg.PlotWidget()
        self.item: Any = self.widget.getPlotItem()
        self.item.setMenuEnabled(False)
        self.item.hideButtons()
        self.item.setMouseEnabled(x=False, y=False)
        self.item.getViewBox().disableAutoRange()
        self._areas: list[Any] = [pg.PlotCurveItem(connect="all", skipFiniteCheck=True) for _ in LAYER_TOKENS]
        for area in reversed(self._areas):
            self.item.addItem(area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.widget)
        self.apply_theme(theme)
        self._apply_range()

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self.widget.setBackground(theme.qcolor("surface"))
        for name in ("left", "bottom"):
            axis = self.item.getAxis(name)
            axis.setPen(pg.mkPen(theme.colour("border-strong")))
            axis.setTextPen(pg.mkPen(theme.colour("text-muted")))
            axis.setStyle(tickLength=-4)
            axis.enableAutoSIPrefix(False)
        self.item.setLabel("left", "% of host", color=theme.colour("text-muted"))
        for token, area in zip(LAYER_TOKENS, self._areas, strict=True):
            colour = theme.colour(f"layer.{token}")
            area.setPen(pg.mkPen(colour, width=1))
            area.setBrush(pg.mkBrush(colour))
            area.setFillLevel(0.0)

    def show_run(self, series: Series) -> None:
        """Begin with another run."""
        self._series = series
        self._span = _FIRST_SPAN_S
        self._apply_range()
        self.refresh()

    def refresh(self) -> None:
        """Draw what the series holds now."""
        series = self._series
        if series is None or series.count == 0:
            for area in self._areas:
                area.setData([], [])
            return
        busy = series.smoothed("layers", _SMOOTHING_S)[:, self.pool, : len(LAYER_TOKENS)]
        sums = np.cumsum(busy, axis=1) * 100
        for number, area in enumerate(self._areas):
            area.setData(series.time_s, sums[:, number])
        span = step_up(float(series.time_s[-1]), self._span)
        if span != self._span:
            self._span = span
            self._apply_range()

    def _apply_range(self) -> None:
        self.item.setRange(xRange=(0, self._span), yRange=(0, _TOP), padding=0)
