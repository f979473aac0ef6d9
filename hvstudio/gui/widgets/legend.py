"""The legend beside the live plot: each VM's colour with its present values, and the estimate to compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from hvstudio.gui.plots.series import Series
from hvstudio.gui.plots.throughput_plot import CurveSpec

COLUMNS: Final = ("VM", "Now /s", "p95", "Ready", "Estimate")
_TIPS: Final = (
    "The virtual machine; click to find it on the canvas",
    "Requests per second now, averaged over a second",
    "95 of 100 requests were answered within this time",
    "Part of the time in which it wanted a processor and had none",
    "What the analytic estimate gives for the whole run",
)
_SMOOTHING_S: Final = 1.0
Index = QModelIndex | QPersistentModelIndex


class LegendModel(QAbstractTableModel):
    """The values of the present run."""

    def __init__(self) -> None:
        super().__init__()
        self.specs: tuple[CurveSpec, ...] = ()
        self._swatches: list[QIcon] = []
        self._rows: list[tuple[str, ...]] = []
        self.estimates: dict[str, float] = {}
        self.values: dict[str, float] = {}
        self.states: Mapping[Any, str] = {}
        """VMs that do not run, and why: shown in place of their rate."""

    def begin(self, specs: Sequence[CurveSpec]) -> None:
        """Show other VMs."""
        self.beginResetModel()
        self.specs = tuple(specs)
        drawn = {spec.colour: _swatch(spec.colour) for spec in {item.colour: item for item in specs}.values()}
        self._swatches = [drawn[spec.colour] for spec in specs]
        self._rows = [(spec.name, "", "", "", "") for spec in specs]
        self.endResetModel()

    def refresh(self, series: Series) -> None:
        """Take the newest values."""
        if not self.specs:
            return
        rates = series.smoothed("throughput_per_s", _SMOOTHING_S)
        p95 = series.smoothed("latency_p95_s", 0.0)
        ready = series.latest("ready_fraction")
        self._rows = []
        for spec in self.specs:
            rate = float(rates[-1][spec.column]) if series.count else 0.0
            self.values[spec.block] = rate
            self._rows.append(
                (
                    spec.name,
                    self.states.get(spec.block) or short_number(rate),
                    short_time(float(p95[-1][spec.column]) if series.count else 0.0),
                    f"{float(ready[spec.column]):.0%}",
                    self._estimate(spec),
                )
            )
        self.dataChanged.emit(self.index(0, 0), self.index(len(self.specs) - 1, len(COLUMNS) - 1))

    def set_estimates(self, estimates: Mapping[str, float]) -> None:
        """Show what the estimate gives for each block."""
        self.estimates = dict(estimates)
        self._rows = [(*row[:4], self._estimate(spec)) for row, spec in zip(self._rows, self.specs, strict=True)]
        if self.specs:
            self.dataChanged.emit(self.index(0, 4), self.index(len(self.specs) - 1, 4))

    def _estimate(self, spec: CurveSpec) -> str:
        return short_number(self.estimates[spec.block]) if spec.block in self.estimates else ""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """One row for each VM."""
        return 0 if parent.isValid() else len(self.specs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        """The columns of the table."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, colour swatch and alignment."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._swatches[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 0:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The titles of the columns."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            if role == Qt.ItemDataRole.ToolTipRole:
                return _TIPS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole and section > 0:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None


_LESSER_COLUMNS: Final = (3, 4)


class Legend(QTableView):
    """The table. `vm_chosen` carries the block of the row that was clicked."""

    vm_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("legend")
        self.setAccessibleName("Values of every virtual machine")
        self.values = LegendModel()
        self.setModel(self.values)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(24)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.set_narrow(False)
        header = self.horizontalHeader()
        header.setAccessibleName("Columns of the legend")
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 58), (2, 68), (3, 54), (4, 70)):
            header.resizeSection(column, width)
        self.clicked.connect(lambda index: self.vm_chosen.emit(self.values.specs[index.row()].block))
        self.activated.connect(lambda index: self.vm_chosen.emit(self.values.specs[index.row()].block))

    def set_narrow(self, is_narrow: bool) -> None:
        """Without room, leave out what the plot and the results show as well."""
        for column in _LESSER_COLUMNS:
            self.setColumnHidden(column, is_narrow)
        self.setMinimumWidth(248 if is_narrow else 372)


def short_number(value: float) -> str:
    """Three significant digits, with k and M for thousands and millions."""
    for factor, suffix in ((1e6, " M"), (1e4, " k")):
        if abs(value) >= factor:
            return f"{value / (1e6 if suffix == ' M' else 1e3):.3g}{suffix}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def short_time(seconds: float) -> str:
    """A time in the unit that suits it."""
    if seconds <= 0:
        return "–"
    for factor, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def _swatch(colour: str) -> QIcon:
    picture = QPixmap(16, 16)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(1, 4, 14, 8, 4, 4)
    painter.end()
    return QIcon(picture)
