"""The Problems panel: what the checks found, filtered and grouped, each with its reason, its source and its fixes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from hvstudio.checks.finding import Finding, Report, Severity
from hvstudio.editor.workspace import Workspace
from hvstudio.gui.look.icons import icon
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.panels.finding_details import FindingDetails

FINDING_ROLE: Final = Qt.ItemDataRole.UserRole + 1
SEVERITY_ICONS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note-mark"}
SEVERITY_NAMES: Final = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.NOTE: ("note", "notes"),
}
_SHOWN_AT_MOST: Final = 500
_NOTHING_YET: Final = "There is nothing on the canvas yet. What is found while you compose appears here."
_SOUND: Final = "Nothing found. This composition is sound."


class _FindingTree(QTreeView):
    """The list of findings: Enter goes to the block, F1 to the rule."""

    help_wanted = Signal()
    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1:
            self.help_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class ProblemsPanel(QWidget):
    """Findings of the newest report. Clicking one emits `finding_chosen`; everything else goes to the workspace."""

    finding_chosen = Signal(object)
    rule_help_requested = Signal(str)
    counts_changed = Signal(object)

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("problems")
        self.setAccessibleName("Problems")
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workspace = workspace
        self._theme = theme
        self._report: Report | None = None
        self._hidden: set[Severity] = set()
        self._toggles: dict[Severity, QToolButton] = {}
        self._model = QStandardItemModel(self)
        self.tree = _FindingTree()
        self.details = FindingDetails(workspace, theme)
        self.grouping = QComboBox()
        self.filter_field = QLineEdit()
        self.suppressed = QToolButton()
        self._empty = QLabel(_NOTHING_YET)
        self._lay_out()
        self._connect()
        self.apply_theme(theme)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(4)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE):
            bar.addWidget(self._severity_toggle(severity))
        self.suppressed.setText("Suppressed")
        self.suppressed.setProperty("chip", True)
        self.suppressed.setCheckable(True)
        self.suppressed.setToolTip("Show the findings that were silenced with a reason")
        bar.addWidget(self.suppressed)
        bar.addSpacing(8)
        self.grouping.setAccessibleName("Group findings by")
        for label, key in (("No groups", ""), ("By severity", "severity"), ("By block", "block"), ("By rule", "rule")):
            self.grouping.addItem(label, key)
        bar.addWidget(self.grouping)
        self.filter_field.setPlaceholderText("Filter findings")
        self.filter_field.setAccessibleName("Filter findings")
        self.filter_field.setClearButtonEnabled(True)
        bar.addWidget(self.filter_field, 1)
        self._set_up_tree()
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(8, 6, 4, 4)
        column.setSpacing(4)
        column.addLayout(bar)
        column.addWidget(self.tree, 1)
        column.addWidget(self._empty, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([620, 420])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _set_up_tree(self) -> None:
        self.tree.setObjectName("problemList")
        self.tree.setAccessibleName("Findings")
        self.tree.setModel(self._model)
        self.tree.setHeaderHidden(True)
        self.tree.setIconSize(QSize(16, 16))
        self.tree.setIndentation(14)
        self.tree.setUniformRowHeights(True)
        self.tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)

    def _severity_toggle(self, severity: Severity) -> QToolButton:
        toggle = QToolButton()
        toggle.setObjectName(f"show.{severity.name.lower()}")
        toggle.setProperty("chip", True)
        toggle.setCheckable(True)
        toggle.setChecked(True)
        toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        toggle.setIconSize(QSize(16, 16))
        toggle.setToolTip(f"Show {SEVERITY_NAMES[severity][1]}")

        def toggled(is_shown: bool) -> None:
            (self._hidden.discard if is_shown else self._hidden.add)(severity)
            self._rebuild()

        toggle.toggled.connect(toggled)
        self._toggles[severity] = toggle
        return toggle

    def _connect(self) -> None:
        self.suppressed.toggled.connect(self._rebuild)
        self.grouping.currentIndexChanged.connect(self._rebuild)
        self.filter_field.textChanged.connect(self._rebuild)
        self.tree.selectionModel().currentChanged.connect(lambda index, _previous: self._show(index))
        self.tree.clicked.connect(self._choose)
        self.tree.entered.connect(lambda: self._choose(self.tree.currentIndex()))
        self.tree.help_wanted.connect(self._ask_help)
        self.details.help_requested.connect(self.rule_help_requested)
        self.details.block_chosen.connect(lambda block: self._workspace.select([block]))

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        self._icons = {severity: icon(name, theme) for severity, name in SEVERITY_ICONS.items()}
        for severity, toggle in self._toggles.items():
            toggle.setIcon(self._icons[severity])
        self._rebuild()

    @property
    def empty_text(self) -> str:
        """What is said while there are no findings."""
        return self._empty.text()

    def set_report(self, report: Report) -> None:
        """Show another report; the finding that was chosen stays chosen if it is still there."""
        self._report = report
        self._empty.setText(_SOUND if report.document.blocks else _NOTHING_YET)
        self._rebuild()

    def findings(self) -> list[Finding]:
        """The findings that pass the filters, in order."""
        if self._report is None:
            return []
        words = self.filter_field.text().lower().split()
        return [
            item
            for item in self._report.findings
            if item.severity not in self._hidden
            and bool(item.suppressed) <= self.suppressed.isChecked()
            and all(word in f"{item.message} {item.rule} {self._name_of(item)}".lower() for word in words)
        ]

    @property
    def current(self) -> Finding | None:
        """The chosen finding."""
        return self.tree.currentIndex().data(FINDING_ROLE)

    def choose(self, finding: Finding) -> None:
        """Make a finding the chosen one and go to its block."""
        index = self._index_of(finding)
        if index is not None:
            self.tree.setCurrentIndex(index)
        self.finding_chosen.emit(finding)

    def _name_of(self, finding: Finding) -> str:
        block = None if finding.block is None else self._workspace.document.blocks.get(finding.block)
        return "" if block is None else block.name

    def _rebuild(self) -> None:
        chosen = self.current
        findings = self.findings()
        self._model.clear()
        self.tree.setRootIsDecorated(bool(self.grouping.currentData()))
        self._fill(findings)
        self.tree.expandAll()
        self.tree.setVisible(bool(findings))
        self._empty.setVisible(not findings)
        self._count()
        index = None if chosen is None else self._index_of(chosen)
        if index is not None:
            self.tree.setCurrentIndex(index)
        self._show(self.tree.currentIndex())

    def _fill(self, findings: list[Finding]) -> None:
        groups: dict[str, QStandardItem] = {}
        for finding in findings[:_SHOWN_AT_MOST]:
            name = self._group_of(finding)
            # Rows go in through the model, never through its invisible root: PySide6 (6.11) does not see those die
            # with `clear`, and takes whatever is created at their address later for one of them.
            if not name:
                self._model.appendRow(self._item(finding))
                continue
            if name not in groups:
                groups[name] = QStandardItem(name)
                groups[name].setData(None, FINDING_ROLE)
                self._model.appendRow(groups[name])
            groups[name].appendRow(self._item(finding))
        for name, item in groups.items():
            item.setText(f"{name} ({item.rowCount()})")
        if len(findings) > _SHOWN_AT_MOST:
            self._model.appendRow(QStandardItem(f"… and {len(findings) - _SHOWN_AT_MOST:,} more: use the filter"))

    def _group_of(self, finding: Finding) -> str:
        grouping = self.grouping.currentData()
        if grouping == "severity":
            return SEVERITY_NAMES[finding.severity][1].capitalize()
        if grouping == "block":
            return self._name_of(finding) or "The whole composition"
        return finding.rule if grouping == "rule" else ""

    def _item(self, finding: Finding) -> QStandardItem:
        name = self._name_of(finding)
        text = f"{name}: {finding.message}" if name and name not in finding.message else finding.message
        item = QStandardItem(self._icons[finding.severity], text)
        item.setData(finding, FINDING_ROLE)
        item.setToolTip(f"<p>{escape(finding.message)}</p><p>{escape(finding.why)}</p>")
        item.setAccessibleText(f"{SEVERITY_NAMES[finding.severity][0]}: {text}")
        if finding.suppressed:
            font = item.font()
            font.setItalic(True)
            item.setFont(font)
        return item

    def _count(self) -> None:
        findings: Iterable[Finding] = () if self._report is None else self._report.findings
        counts = dict.fromkeys(self._toggles, 0)
        silenced = 0
        for finding in findings:
            if finding.suppressed:
                silenced += 1
            else:
                counts[finding.severity] += 1
        for severity, toggle in self._toggles.items():
            words = SEVERITY_NAMES[severity]
            toggle.setText(f"{counts[severity]} {words[counts[severity] != 1]}")
            toggle.setAccessibleName(f"Show {words[1]}, {counts[severity]} found")
        self.suppressed.setVisible(silenced > 0)
        self.suppressed.setText(f"{silenced} suppressed")
        self.counts_changed.emit(counts)

    def _index_of(self, finding: Finding) -> QModelIndex | None:
        key = (finding.rule, finding.block, finding.message)
        fallback: QModelIndex | None = None
        for index in self._indexes():
            other = index.data(FINDING_ROLE)
            if other is not None and (other.rule, other.block) == key[:2]:
                if other.message == key[2]:
                    return index
                fallback = index
        return fallback

    def _indexes(self) -> Iterable[QModelIndex]:
        for row in range(self._model.rowCount()):
            index = self._model.index(row, 0)
            yield index
            for child in range(self._model.rowCount(index)):
                yield self._model.index(child, 0, index)

    def _show(self, index: QModelIndex) -> None:
        self.details.show_finding(index.data(FINDING_ROLE) if index.isValid() else None)

    def _choose(self, index: QModelIndex) -> None:
        finding = index.data(FINDING_ROLE)
        if finding is not None:
            self.finding_chosen.emit(finding)

    def _ask_help(self) -> None:
        if self.current is not None:
            self.rule_help_requested.emit(self.current.rule)
