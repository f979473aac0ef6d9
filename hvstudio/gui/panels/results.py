"""Results: every run of this session, and the table of its VMs with intervals, beside estimate or baseline."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hvstudio.gui.widgets.allowing import allow
from hvstudio.gui.widgets.legend import short_number, short_time
from hvstudio.gui.work.runs import Run, RunController
from hvstudio.insight.naming import hosts_by_block, told_apart

BLOCK_ROLE: Final = Qt.ItemDataRole.UserRole + 1
COLUMNS: Final = (
    "VM", "Throughput /s", "95 % interval", "Change", "Estimate /s", "Latency mean", "p50", "p95", "p99", "Ready",
    "Overhead", "CPU s", "Payload MB/s",
)  # fmt: skip
_TIPS: Final = {
    "95 % interval": "The true mean lies in it in 95 of 100 such runs",
    "Ready": "Part of the time in which it wanted a processor and had none",
    "Overhead": "Part of its processor time that was not its own work: hypervisor, parent partition or host system",
    "Estimate /s": "What the analytic estimate gives for the composition as the run began with it",
    "Change": "Against the run chosen above",
}
_HINT: Final = "Results appear here when a run has ended."
_COPY_TIP: Final = "Copy the table as CSV"
_OWN_LAYERS: Final = ("guest_user", "guest_kernel")


class ResultsPanel(QWidget):
    """A list of runs and the table of the one chosen. `vm_chosen` carries a block."""

    vm_chosen = Signal(str)

    def __init__(self, controller: RunController) -> None:
        super().__init__()
        self.setObjectName("resultsPanel")
        self.setAccessibleName("Results")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._controller = controller
        self.runs = QListWidget()
        self.runs.setObjectName("runList")
        self.runs.setAccessibleName("Runs")
        self.runs.setMaximumWidth(240)
        self.baseline = QComboBox()
        self.baseline.setAccessibleName("Compare with")
        self.summary = QLabel(_HINT)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setProperty("role", "muted")
        self.summary.setWordWrap(True)
        self.copy = QPushButton("Copy table")
        allow(self.copy, tip=_COPY_TIP, why_not=_HINT)
        self._model = QStandardItemModel(self)
        self.table = QTableView()
        self._lay_out()
        controller.finished.connect(self._add)
        controller.started.connect(lambda _run: self._drop_forgotten())
        controller.estimated.connect(lambda run: self._show() if run is self.current else None)
        self.runs.currentRowChanged.connect(lambda _row: self._show())
        self.baseline.activated.connect(lambda: self._show())
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.as_csv()))
        self.table.clicked.connect(lambda index: self.vm_chosen.emit(index.siblingAtColumn(0).data(BLOCK_ROLE) or ""))

    def _lay_out(self) -> None:
        self.table.setObjectName("results")
        self.table.setAccessibleName("Results of every virtual machine")
        self.table.horizontalHeader().setAccessibleName("Columns of the results")
        self.table.setModel(self._model)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(25)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        head = QHBoxLayout()
        head.addWidget(self.summary, 1)
        compare = QLabel("Compare with")
        compare.setProperty("role", "muted")
        head.addWidget(compare)
        head.addWidget(self.baseline)
        head.addWidget(self.copy)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 6, 8, 4)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.runs)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([180, 900])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)
        self._fill_baselines()

    @property
    def current(self) -> Run | None:
        """The run on show."""
        item = self.runs.currentItem()
        return None if item is None else item.data(BLOCK_ROLE)

    def as_csv(self) -> str:
        """The table as it is shown."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        columns = range(self._model.columnCount())
        writer.writerow([self._model.headerData(column, Qt.Orientation.Horizontal) for column in columns])
        for row in range(self._model.rowCount()):
            writer.writerow([self._model.index(row, column).data() for column in columns])
        return out.getvalue()

    def _add(self, run: Run) -> None:
        self._drop_forgotten()
        item = QListWidgetItem(f"{run.name}  ·  {run.caption}" if run.caption else run.name)
        item.setData(BLOCK_ROLE, run)
        item.setToolTip(f"{run.document.title}, seed {run.options.seed}, {run.engine} engine")
        self.runs.addItem(item)
        self._fill_baselines()
        self.runs.setCurrentItem(item)
        self._show()

    def _drop_forgotten(self) -> None:
        for row in reversed(range(self.runs.count())):
            if self.runs.item(row).data(BLOCK_ROLE) not in self._controller.runs:
                self.runs.takeItem(row)

    def _fill_baselines(self) -> None:
        chosen = self.baseline.currentText()
        self.baseline.clear()
        self.baseline.addItem("nothing", None)
        for row in range(self.runs.count()):
            run = self.runs.item(row).data(BLOCK_ROLE)
            self.baseline.addItem(run.name, run)
        self.baseline.setCurrentIndex(max(0, self.baseline.findText(chosen)))

    def _show(self) -> None:
        run = self.current
        self._model.clear()
        allow(self.copy, tip=_COPY_TIP, why_not="" if run is not None and run.results is not None else _HINT)
        if run is None or run.results is None:
            self.summary.setText(_HINT if run is None or not run.problem else run.problem)
            return
        data = run.results.to_json()
        self.summary.setText(_summary(run, data))
        baseline = self.baseline.currentData()
        before = {} if baseline is None or baseline.results is None else _by_id(baseline.results.to_json())
        estimates = _estimates(run)
        self._model.setHorizontalHeaderLabels(list(COLUMNS))
        names = told_apart({vm["id"]: vm["name"] for vm in data["vms"]}, hosts_by_block(run.document))
        for vm in data["vms"]:
            row = {**vm, "name": names[vm["id"]]}
            self._model.appendRow(_row(row, before.get(vm["id"]), estimates.get(vm["id"])))
        self._label_header()

    def _label_header(self) -> None:
        for position, name in enumerate(COLUMNS):
            for role, value in (
                (Qt.ItemDataRole.ToolTipRole, _TIPS.get(name, "")),
                (Qt.ItemDataRole.TextAlignmentRole, int(_alignment(position))),
            ):
                self._model.setHeaderData(position, Qt.Orientation.Horizontal, value, role)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)


def _estimates(run: Run) -> Mapping[str, float]:
    if run.forecast is None or run.forecast.estimate is None:
        return {}
    return {vm.id: vm.throughput_per_s for vm in run.forecast.estimate.vms}


def _by_id(data: Mapping[str, Any]) -> dict[str, Any]:
    return {vm["id"]: vm for vm in data["vms"]}


def _row(vm: Mapping[str, Any], before: Mapping[str, Any] | None, estimate: float | None) -> list[QStandardItem]:
    latency, layers = vm["latency_s"], vm["cpu_seconds"]
    interval = vm["throughput_ci95"]
    total = sum(layers.values())
    own = sum(layers.get(name, 0.0) for name in _OWN_LAYERS)
    cells: Sequence[str] = (
        str(vm["name"]),
        short_number(vm["throughput_per_s"]),
        _interval_text(interval),
        _change(vm["throughput_per_s"], before),
        "–" if estimate is None else short_number(estimate),
        *(short_time(latency.get(name) or 0.0) for name in ("mean", "p50", "p95", "p99")),
        f"{vm['ready_fraction']:.1%}",
        f"{(total - own) / total:.1%}" if total > 0 else "–",
        short_number(total),
        short_number(vm["bytes_per_s"] / 1e6),
    )
    items = [QStandardItem(text) for text in cells]
    for position, item in enumerate(items):
        item.setTextAlignment(_alignment(position))
    items[0].setData(vm["id"], BLOCK_ROLE)
    return items


def _interval_text(interval: Sequence[float | None] | None) -> str:
    if interval is None or interval[0] is None or interval[1] is None:
        return "–"
    return f"{short_number(interval[0])} – {short_number(interval[1])}"


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _change(value: float, before: Mapping[str, Any] | None) -> str:
    if before is None or before["throughput_per_s"] <= 0:
        return "–"
    return f"{value / before['throughput_per_s'] - 1:+.1%}"


def _summary(run: Run, data: Mapping[str, Any]) -> str:
    bottleneck = (data.get("host") or {}).get("bottleneck") or {}
    parts = [
        f"{run.document.title}, seed {data['seed']}, {data['simulated_s']:.4g} s simulated",
        f"{data['events']:,} events in {data['wall_s']:.2f} s, {run.engine} engine",
    ]
    if isinstance(bottleneck, Mapping) and bottleneck.get("name"):
        parts.append(f"bottleneck: {bottleneck['name']} ({bottleneck.get('utilisation', 0):.0%})")
    return "  ·  ".join(parts)
