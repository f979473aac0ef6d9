"""The live plot: one curve for each VM, drawn in a range that only grows in jumps, so that drawing stays cheap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from attrs import frozen
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hvstudio.gui.look.theme import Theme
from hvstudio.gui.plots.series import Series, step_up
from hvstudio.simulation.plan.plan import Floats


@frozen
class Metric:
    """What can be shown over time: a column of the series, its axis title, and a factor to the unit shown."""

    key: str
    label: str
    axis: str
    factor: float = 1.0


METRICS: Final = (
    Metric("throughput_per_s", "Throughput", "requests / s"),
    Metric("bytes_per_s", "Payload", "MB / s", 1e-6),
    Metric("latency_p95_s", "Latency p95", "ms", 1e3),
    Metric("latency_mean_s", "Latency mean", "ms", 1e3),
    Metric("ready_fraction", "Ready time", "% of time", 100.0),
)
_SMOOTHING_S: Final = 1.0
_FIRST_SPAN_S: Final = 10.0


@frozen(kw_only=True)
class CurveSpec:
    """One VM's curve: its name, its column in the series, and its colour."""

    block: str
    name: str
    column: int
    colour: str


class ThroughputPlot(QWidget):
    """Curves of the present run; estimates dashed, earlier runs faint. `curve_clicked` carries the block's id."""

    curve_clicked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("throughputPlot")
        self.setAccessibleName("Throughput of every virtual machine over time")
        self.shown_metric = METRICS[0]
        self._theme = theme
        self._specs: tuple[CurveSpec, ...] = ()
        self.curves: list[Any] = []
        self._extras: list[Any] = []
        self._series: Series | None = None
        self._span = _FIRST_SPAN_S
        self._top = 0.0
        self._emphasis: str = ""
        self.widget = pg.PlotWidget()
        self.widget.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.item: Any = self.widget.getPlotItem()
        self.item.setMenuEnabled(False)
        self.item.hideButtons()
        self.item.setMouseEnabled(x=True, y=False)
        self.item.getViewBox().disableAutoRange()
        self.item.showGrid(x=False, y=True, alpha=0.18)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.widget)
        self.apply_theme(theme)
        self._apply_range()

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours; curve colours are given anew by `show_run`."""
        self._theme = theme
        self.widget.setBackground(theme.qcolor("surface"))
        for name in ("left", "bottom"):
            axis = self.item.getAxis(name)
            axis.setPen(pg.mkPen(theme.colour("border-strong")))
            axis.setTextPen(pg.mkPen(theme.colour("text-muted")))
            axis.setStyle(tickLength=-4)
        self._label_axes()

    def show_run(self, specs: Sequence[CurveSpec], series: Series) -> None:
        """Begin with another run."""
        self._specs, self._series = tuple(specs), series
        self._span, self._top = _FIRST_SPAN_S, 0.0
        for curve in self.curves:
            self.item.removeItem(curve)
        self.clear_overlays()
        self.curves = [self._curve(spec) for spec in self._specs]
        self.refresh()

    def set_metric(self, metric: Metric) -> None:
        """Show another metric of the same run."""
        self.shown_metric = metric
        self._top = 0.0
        self.clear_overlays()
        self._label_axes()
        self.refresh()

    def emphasise(self, block: str) -> None:
        """Draw one VM's curve in front, the others faint; empty for all alike."""
        if block == self._emphasis:
            return
        self._emphasis = block
        for spec, curve in zip(self._specs, self.curves, strict=True):
            curve.setPen(self._pen(spec))
            curve.setZValue(2 if spec.block == block else 1)

    def refresh(self) -> None:
        """Draw what the series holds now."""
        series = self._series
        if series is None or series.count == 0:
            self._apply_range()
            return
        time = series.time_s
        values = series.smoothed(self.shown_metric.key, _SMOOTHING_S) * self.shown_metric.factor
        for spec, curve in zip(self._specs, self.curves, strict=True):
            curve.setData(time, values[:, spec.column])
        columns = [spec.column for spec in self._specs]
        highest = float(values[:, columns].max()) if columns else 0.0
        span, top = step_up(float(time[-1]), self._span), step_up(highest * 1.05, self._top)
        if (span, top) != (self._span, self._top):
            self._span, self._top = span, top
            self._apply_range()

    def current_values(self) -> Floats:
        """The latest smoothed value of each curve, in the metric's unit; zeros before the first sample."""
        series = self._series
        if series is None or series.count == 0:
            return np.zeros(len(self._specs))
        values = series.smoothed(self.shown_metric.key, _SMOOTHING_S)[-1] * self.shown_metric.factor
        return values[[spec.column for spec in self._specs]]

    def clear_overlays(self) -> None:
        """Take away estimates and earlier runs."""
        for extra in self._extras:
            self.item.removeItem(extra)
        self._extras = []

    def add_estimate(self, spec: CurveSpec, value: float) -> None:
        """A dashed line at the value an estimate gives for a VM."""
        pen = pg.mkPen(_faint(spec.colour, 190), width=1, style=Qt.PenStyle.DashLine)
        line = pg.InfiniteLine(pos=value * self.shown_metric.factor, angle=0, pen=pen, movable=False)
        self._extras.append(line)
        self.item.addItem(line)
        self._top = step_up(value * self.shown_metric.factor * 1.05, self._top)
        self._apply_range()

    def add_earlier(self, specs: Sequence[CurveSpec], series: Series) -> None:
        """An earlier run, faint and dotted behind the present one."""
        if series.count == 0:
            return
        values = series.smoothed(self.shown_metric.key, _SMOOTHING_S) * self.shown_metric.factor
        for spec in specs:
            pen = pg.mkPen(_faint(spec.colour, 120), width=1, style=Qt.PenStyle.DotLine)
            curve = pg.PlotCurveItem(
                series.time_s, values[:, spec.column], pen=pen, connect="all", skipFiniteCheck=True
            )
            curve.setZValue(0)
            self._extras.append(curve)
            self.item.addItem(curve)
            self._top = step_up(float(values[:, spec.column].max()) * 1.05, self._top)
        self._span = step_up(float(series.time_s[-1]), self._span)
        self._apply_range()

    def scene_rect(self) -> QRectF:
        """What an export shows."""
        return self.item.sceneBoundingRect()

    def _curve(self, spec: CurveSpec) -> Any:
        curve = pg.PlotCurveItem(pen=self._pen(spec), antialias=True, connect="all", skipFiniteCheck=True)
        curve.setClickable(True, width=10)
        curve.sigClicked.connect(lambda *_args, block=spec.block: self.curve_clicked.emit(block))
        self.item.addItem(curve)
        return curve

    def _pen(self, spec: CurveSpec) -> Any:
        alpha = 255 if self._emphasis in ("", spec.block) else 70
        return pg.mkPen(_faint(spec.colour, alpha), width=1)

    def _label_axes(self) -> None:
        colour = self._theme.colour("text-muted")
        self.item.setLabel("left", self.shown_metric.axis, color=colour)
        self.item.setLabel("bottom", "simulated seconds", color=colour)
        self.item.getAxis("left").enableAutoSIPrefix(False)
        self.item.getAxis("bottom").enableAutoSIPrefix(False)

    def _apply_range(self) -> None:
        self.item.setRange(xRange=(0, self._span), yRange=(0, self._top or 1.0), padding=0)


def _faint(colour: str, alpha: int) -> Any:
    shade = pg.mkColor(colour)
    shade.setAlpha(alpha)
    return shade
