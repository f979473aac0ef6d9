"""The plot for a document or a slide: PNG and SVG with a legend, drawn apart from the screen; the values as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from hvstudio.gui.look.theme import Theme
from hvstudio.gui.plots.series import METRICS, Series
from hvstudio.gui.plots.throughput_plot import CurveSpec, Metric, ThroughputPlot

SIZE: Final = QSize(1200, 640)
_PNG_SCALE: Final = 2


def plot_png(
    specs: Sequence[CurveSpec], series: Series, *, metric: Metric, theme: Theme, title: str, scale: int = _PNG_SCALE
) -> bytes:
    """The plot in pixels, on the theme's ground."""
    plot = _drawn(specs, series, metric=metric, theme=theme, title=title)
    image = QImage(SIZE * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(theme.qcolor("surface"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _render(plot, painter, QRectF(image.rect()))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]  (the stubs want bytes, Qt a text)
    return bytes(buffer.data().data())


def plot_svg(specs: Sequence[CurveSpec], series: Series, *, metric: Metric, theme: Theme, title: str) -> bytes:
    """The plot as vectors with real text."""
    plot = _drawn(specs, series, metric=metric, theme=theme, title=title)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(SIZE)
    generator.setViewBox(QRect(0, 0, SIZE.width(), SIZE.height()))
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(QRect(0, 0, SIZE.width(), SIZE.height()), theme.qcolor("surface"))
    _render(plot, painter, QRectF(0, 0, SIZE.width(), SIZE.height()))
    painter.end()
    return bytes(buffer.data().data())


def series_csv(specs: Sequence[CurveSpec], series: Series) -> str:
    """The values of every metric and VM: one line for each point in time."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time_s", *(f"{spec.name} {metric}" for metric in METRICS for spec in specs)])
    columns = [series.column(metric)[:, spec.column] for metric in METRICS for spec in specs]
    for position, time in enumerate(series.time_s):
        writer.writerow([f"{time:.6g}", *(f"{column[position]:.6g}" for column in columns)])
    return out.getvalue()


def _drawn(specs: Sequence[CurveSpec], series: Series, *, metric: Metric, theme: Theme, title: str) -> ThroughputPlot:
    plot = ThroughputPlot(theme)
    plot.resize(SIZE)
    plot.widget.resize(SIZE)
    plot.item.setTitle(title, color=theme.colour("text"), size="12pt")
    legend = plot.item.addLegend(
        offset=(-14, 10),
        labelTextColor=theme.colour("text"),
        labelTextSize="10pt",
        brush=pg.mkBrush(theme.qcolor("surface", 220)),
        pen=pg.mkPen(theme.colour("border")),
        colCount=1 + len(specs) // 16,
    )
    plot.item.layout.setContentsMargins(14, 10, 26, 10)
    plot.shown_metric = metric
    plot.show_run(specs, series)
    plot.set_metric(metric)
    for spec, curve in zip(specs, plot.curves, strict=True):
        curve.setPen(pg.mkPen(spec.colour, width=1.6))
        legend.addItem(curve, spec.name)
    return plot


def _render(plot: ThroughputPlot, painter: QPainter, target: QRectF) -> None:
    plot.widget.grab()  # lays out axes and labels, which pyqtgraph does only when it paints
    scene = plot.widget.scene()
    scene.render(painter, target, QRectF(plot.widget.viewport().rect()))
    plot.widget.close()
    plot.deleteLater()
