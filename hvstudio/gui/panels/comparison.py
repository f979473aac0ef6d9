"""The Compare panel: what every VM gets under every architecture, with intervals, and what each cannot express."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hvstudio.composition.classify import TYPE_LABELS
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.plots.comparison_plot import TOKENS, Bars, ComparisonPlot
from hvstudio.gui.widgets.allowing import allow
from hvstudio.gui.widgets.legend import short_number, short_time
from hvstudio.gui.widgets.steps import wrapped_label
from hvstudio.gui.work.comparing import Comparing
from hvstudio.insight.comparing import Compared
from hvstudio.insight.naming import hosts_by_block, told_apart

REPLICATIONS: Final = (3, 5, 10, 20)
_HINT: Final = (
    "The same VMs with the same requests on all three architectures and without any: every one is converted, run "
    "several times with common random numbers, and compared with the present one."
)
_BLOCK_ROLE: Final = Qt.ItemDataRole.UserRole + 1


class ComparisonPanel(QWidget):
    """Starts a comparison and shows what came out. `vm_chosen` carries a block."""

    vm_chosen = Signal(str)

    def __init__(self, comparing: Comparing, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("comparePanel")
        self.setAccessibleName("Compare architectures")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._comparing, self._theme = comparing, theme
        self._compared: Compared | None = None
        self.start = QPushButton("Compare architectures")
        self.start.setObjectName("startComparing")
        self.replications = QComboBox()
        for number in REPLICATIONS:
            self.replications.addItem(f"{number} runs each", number)
        self.replications.setCurrentIndex(1)
        self.replications.setAccessibleName("Runs of each architecture")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Progress of the comparison")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.cancel = QPushButton("Cancel")
        self.note = wrapped_label("muted")
        self.note.setText(_HINT)
        self.table = QTableView()
        self._model = QStandardItemModel(self)
        self.plot = ComparisonPlot(theme)
        self._lay_out()
        self._connect()
        self._show_running(False)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(10, 6, 8, 2)
        for widget in (self.start, self.replications):
            bar.addWidget(widget)
        bar.addWidget(self.progress, 1)
        bar.addWidget(self.cancel)
        bar.addStretch(1)
        self.table.setObjectName("comparison")
        self.table.setAccessibleName("Every virtual machine under every architecture")
        self.table.setModel(self._model)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(25)
        self.table.horizontalHeader().setAccessibleName("Columns of the comparison")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self.plot)
        self._splitter.setSizes([600, 440])
        self._splitter.hide()
        words = QHBoxLayout()
        words.setContentsMargins(12, 0, 10, 4)
        words.addWidget(self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(bar)
        column.addLayout(words)
        column.addWidget(self._splitter, 1)
        column.addStretch(0)

    def _connect(self) -> None:
        self.start.clicked.connect(self.begin)
        self.cancel.clicked.connect(self._comparing.cancel)
        self._comparing.started.connect(lambda: self._show_running(True))
        self._comparing.ended.connect(lambda: self._show_running(False))
        self._comparing.progressed.connect(lambda fraction: self.progress.setValue(int(fraction * 1000)))
        self._comparing.finished.connect(self.show_compared)
        self.table.clicked.connect(lambda index: self.vm_chosen.emit(index.siblingAtColumn(0).data(_BLOCK_ROLE) or ""))

    def begin(self) -> None:
        """Start comparing."""
        self._comparing.start(int(self.replications.currentData()))

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        if self._compared is not None:
            self.show_compared(self._compared)

    def show_compared(self, compared: Compared) -> None:
        """Show what came out."""
        self._compared = compared
        data = compared.comparison.to_json()
        names: list[str] = list(data["variants"])
        vms = told_apart(
            {vm["id"]: vm["name"] for part in data["variants"].values() for vm in part["vms"]},
            hosts_by_block(compared.document),
        )
        found = {name: {vm["id"]: vm for vm in data["variants"][name]["vms"]} for name in names}
        gains = {(item["vm"], item["variant"]): item for item in data["differences"]}
        self._fill_table(names, vms, found, gains)
        shown = {vm_id: name for vm_id, name in vms.items() if vm_id in found[names[0]]}
        self.plot.show_bars(list(shown.values()), [_bars(name, shown, found[name]) for name in names])
        self.note.setText(_remarks(compared, names))
        self._splitter.show()

    def _fill_table(
        self,
        names: list[str],
        vms: Mapping[str, str],
        found: Mapping[str, Mapping[str, Any]],
        gains: Mapping[tuple[str, str], Any],
    ) -> None:
        self._model.clear()
        labels = [TYPE_LABELS[name] for name in names]
        self._model.setHorizontalHeaderLabels(
            ["VM", *(f"{label} /s" for label in labels), *(f"{label} p95" for label in labels)]
        )
        for column, name in enumerate(names, 1):
            swatch = _swatch(self._theme.colour(TOKENS[name]))
            self._model.setHeaderData(column, Qt.Orientation.Horizontal, swatch, Qt.ItemDataRole.DecorationRole)
        for vm_id, vm_name in vms.items():
            cells = [QStandardItem(vm_name)]
            cells[0].setData(vm_id, _BLOCK_ROLE)
            rows = [found[name].get(vm_id) for name in names]
            cells += [_rate_cell(row, gains.get((vm_id, name))) for name, row in zip(names, rows, strict=True)]
            cells += [_cell("–" if row is None else short_time(row["latency_s"]["p95"] or 0.0)) for row in rows]
            self._model.appendRow(cells)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def _show_running(self, is_running: bool) -> None:
        for widget in (self.start, self.replications):
            allow(widget, why_not="A comparison is under way." if is_running else "")
        self.progress.setVisible(is_running)
        self.cancel.setVisible(is_running)
        self.progress.setValue(0)


def _bars(name: str, vms: Mapping[str, str], found: Mapping[str, Any]) -> Bars:
    rows = [found.get(vm_id) for vm_id in vms]
    intervals = [(math.nan, math.nan) if row is None else row["throughput_ci95"] for row in rows]
    return Bars(
        vmm_type=name,
        label=TYPE_LABELS[name],
        values=tuple(math.nan if row is None else row["throughput_per_s"] for row in rows),
        lows=tuple(math.nan if low is None else low for low, _ in intervals),
        highs=tuple(math.nan if high is None else high for _, high in intervals),
    )


def _rate_cell(row: Mapping[str, Any] | None, gain: Mapping[str, Any] | None) -> QStandardItem:
    if row is None:
        return _cell("–")
    text = short_number(row["throughput_per_s"])
    low, high = row["throughput_ci95"]
    cell = _cell(text)
    if gain is not None and gain["ratio"] > 0 and is_sure(gain):
        cell = _cell(f"{text}  ({gain['ratio'] - 1:+.1%})")
    cell.setToolTip(f"95 % interval {short_number(low)} – {short_number(high)}" if low is not None else "")
    return cell


def is_sure(gain: Mapping[str, Any]) -> bool:
    """Whether the interval of a paired difference lies on one side of nothing."""
    low, high = gain["throughput_ci95"]
    return low is not None and (low > 0 or high < 0)


def _cell(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item


def _remarks(compared: Compared, names: list[str]) -> str:
    first = TYPE_LABELS[names[0]]
    results = compared.comparison.results[names[0]].to_json()
    parts = [
        f"{compared.document.title}: {results.get('replications', 1)} runs of {results['simulated_s']:.3g} s each. "
        f"In brackets: against {first}, where the 95 % interval of the paired differences excludes 0."
    ]
    for name in names[1:]:
        variant = compared.variants[name]
        if variant.lost:
            parts.append(
                f"{TYPE_LABELS[name]} cannot express: {variant.lost[0]}" + (" …" if len(variant.lost) > 1 else "")
            )
    parts += [f"{TYPE_LABELS[name]} is left out: {problem}" for name, problem in compared.problems.items()]
    return "  ".join(parts)


def _swatch(colour: str) -> QIcon:
    picture = QPixmap(12, 12)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(0, 1, 10, 10, 3, 3)
    painter.end()
    return QIcon(picture)
