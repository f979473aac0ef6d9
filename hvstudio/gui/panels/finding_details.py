"""What one finding says in full: why it matters, who says so, the fixes, and silencing it with a reason."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from hvstudio.checks.finding import Finding, Fix
from hvstudio.editor.workspace import Workspace
from hvstudio.errors import HVStudioError
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.widgets.elided_button import ElidedButton
from hvstudio.model.document import BlockId
from hvstudio.model.edits import suppress_rule


class FindingDetails(QScrollArea):
    """One finding in full. A fix is one step that can be undone."""

    help_requested = Signal(str)
    block_chosen = Signal(str)
    preview_offered = Signal(object, object)
    """A button and a function giving the document it leads to."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("findingDetails")
        self.setAccessibleName("About the chosen finding")
        self._workspace = workspace
        self._finding: Finding | None = None
        self.setWidgetResizable(True)
        self.setMinimumWidth(220)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        content.setProperty("role", "panel")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(12, 8, 12, 8)
        self._column.setSpacing(6)
        self._message = _label("heading")
        self._why = _label()
        self._source = _label("muted")
        self._related = _label()
        self._related.setTextFormat(Qt.TextFormat.RichText)
        self._related.linkActivated.connect(self.block_chosen)
        self._problem = _label("error")
        self._fixes = QVBoxLayout()
        self._fixes.setSpacing(4)
        self.read_rule = QPushButton("Read about this rule (F1)")
        self.read_rule.setProperty("quiet", True)
        self.read_rule.clicked.connect(self._ask_help)
        self.silence = QPushButton("Suppress here…")
        self.silence.setProperty("quiet", True)
        self.silence.clicked.connect(self._begin_silencing)
        self.reason = QLineEdit()
        self.reason.setObjectName("suppressReason")
        self.reason.setPlaceholderText("Why is it all right here? Enter keeps the reason in the file.")
        self.reason.setAccessibleName("Reason for suppressing this finding")
        self.reason.setMaxLength(400)
        self.reason.returnPressed.connect(self._silence)
        links = QHBoxLayout()
        links.setSpacing(2)
        links.addWidget(self.read_rule)
        links.addWidget(self.silence)
        links.addStretch(1)
        for widget in (self._message, self._why, self._related, self._source):
            self._column.addWidget(widget)
        self._column.addLayout(self._fixes)
        self._column.addWidget(self._problem)
        self._column.addLayout(links)
        self._column.addWidget(self.reason)
        self._column.addStretch(1)
        self.setWidget(content)
        self.show_finding(None)
        self.apply_theme(theme)

    def apply_theme(self, theme: Theme) -> None:
        """Colours come from the style sheet; only links need the accent."""
        self._accent = theme.colour("accent")
        self.show_finding(self._finding)

    def show_finding(self, finding: Finding | None) -> None:
        """Show a finding, or say how to see one."""
        self._finding = finding
        self.reason.hide()
        self._problem.hide()
        while (item := self._fixes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.read_rule.setVisible(finding is not None)
        self.silence.setVisible(finding is not None and finding.block is not None)
        if finding is None:
            _say(self._message, "")
            _say(self._why, "Choose a finding to read why it matters and what mends it.")
            _say(self._source, "")
            _say(self._related, "")
            return
        _say(self._message, finding.message)
        _say(self._why, finding.why)
        _say(self._source, f"Source: {finding.source}" if finding.source else "")
        if finding.suppressed:
            _say(self._source, f"Suppressed here: {finding.suppressed}")
        _say(self._related, self._related_links(finding))
        self.silence.setText("Speak again" if finding.suppressed else "Suppress here…")
        for number, fix in enumerate(finding.fixes):
            self._add_fix(fix, number)

    def _related_links(self, finding: Finding) -> str:
        blocks = self._workspace.document.blocks
        links = [
            f'<a href="{escape(block_id)}" style="color:{self._accent}">{escape(blocks[block_id].name)}</a>'
            for block_id in finding.related[:6]
            if block_id in blocks
        ]
        return f"See also: {', '.join(links)}" if links else ""

    def _add_fix(self, fix: Fix, number: int) -> None:
        button = ElidedButton(fix.label)
        button.setObjectName(f"fix.{number}")
        button.setAccessibleDescription("Mends this finding in one step that can be undone")
        button.clicked.connect(lambda: self._mend(fix))
        self._fixes.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.preview_offered.emit(button, lambda: fix.edit(self._workspace.document))

    def _mend(self, fix: Fix) -> None:
        try:
            self._workspace.apply(fix.label, fix.edit)
        except HVStudioError as error:
            _say(self._problem, str(error))

    def _ask_help(self) -> None:
        if self._finding is not None:
            self.help_requested.emit(self._finding.rule)

    def _begin_silencing(self) -> None:
        finding = self._finding
        if finding is None or finding.block is None:
            return
        if finding.suppressed:
            self._suppress(finding.block, finding.rule, None)
            return
        self.reason.clear()
        self.reason.show()
        self.reason.setFocus()

    def _silence(self) -> None:
        finding = self._finding
        if finding is not None and finding.block is not None and self.reason.text().strip():
            self._suppress(finding.block, finding.rule, self.reason.text().strip())

    def _suppress(self, block: BlockId, rule: str, reason: str | None) -> None:
        label = "Suppress finding" if reason else "Let finding speak again"
        self._workspace.apply(label, lambda document: suppress_rule(document, block, rule, reason))


def _label(role: str = "") -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("role", role)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse
    )
    return label


def _say(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
