"""The Architecture panel: which class each hypervisor is and why, step by step; validate as another; convert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from hvstudio.checks.finding import Fix, Report
from hvstudio.checks.fixes.convert import Conversion, convert
from hvstudio.composition.classify import TYPE_LABELS, Classification
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import HVStudioError
from hvstudio.gui.panels.consequences import ConsequencesView, ScorecardView
from hvstudio.gui.widgets.elided_button import ElidedButton
from hvstudio.gui.widgets.fields import PatientComboBox
from hvstudio.gui.widgets.steps import StepLabel, empty_layout, heading, repolish, wrapped_label
from hvstudio.gui.work.background import Latest, Runner
from hvstudio.gui.work.message import Message
from hvstudio.insight.validate_as import Verdict, validate_as
from hvstudio.model.document import BlockId, Document

_ASKED: Final = (
    ("Any of the three", "any"),
    ("Type 1", "type1"),
    ("Hybrid", "hybrid"),
    ("Type 2", "type2"),
)
_TARGETS: Final = (("Type 1", "type1"), ("Hybrid", "hybrid"), ("Type 2", "type2"), ("Native", "native"))
_NONE: Final = (
    "There is no hypervisor in this composition, so there is nothing to classify: operating systems on the hardware "
    "run natively. Drag one from the palette to see which of the three architectures it makes."
)


class ArchitecturePanel(QScrollArea):
    """One hypervisor at a time: the one of the selected stack, or the one chosen above."""

    highlight_requested = Signal(object)
    preview_offered = Signal(object, object)
    """A button and a function giving the document it leads to."""

    def __init__(self, workspace: Workspace, *, runner: Runner, say: Callable[[Message], None]) -> None:
        super().__init__()
        self.setObjectName("architecture")
        self.setAccessibleName("Architecture")
        self._workspace = workspace
        self._say = say
        self._runner = runner
        self._verdicts = Latest(runner)
        self._report: Report | None = None
        self.chooser = PatientComboBox()
        self.tag = QLabel()
        self.sentence = wrapped_label()
        self.asked = PatientComboBox()
        self.verdict = wrapped_label()
        self.empty = wrapped_label("muted")
        self.empty.setText(_NONE)
        self.scores = ScorecardView(runner)
        self.consequences = ConsequencesView(runner)
        self.fate_heading = heading("If the selected block fails")
        self._body = QWidget()
        self._steps = QVBoxLayout()
        self._fixes = QVBoxLayout()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(310)
        self.tag.setObjectName("classTag")
        self.tag.setProperty("role", "class")
        self.chooser.setObjectName("hypervisorChooser")
        self.chooser.setAccessibleName("Hypervisor")
        self.asked.setObjectName("validateAs")
        self.asked.setAccessibleName("Validate as")
        for label, key in _ASKED:
            self.asked.addItem(label, key)
        head = QHBoxLayout()
        head.addWidget(self.chooser, 1)
        head.addWidget(self.tag)
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addLayout(head)
        for widget in (self.sentence, heading("How one can tell")):
            inner.addWidget(widget)
        self._steps.setSpacing(2)
        inner.addLayout(self._steps)
        inner.addWidget(heading("Validate as"))
        inner.addWidget(self.asked)
        inner.addWidget(self.verdict)
        inner.addLayout(self._fixes)
        inner.addWidget(heading("Convert the whole stack"))
        inner.addLayout(self._convert_row())
        inner.addWidget(self.scores)
        content = QWidget()
        content.setProperty("role", "panel")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(self.empty)
        column.addWidget(self._body)
        column.addWidget(self.fate_heading)
        column.addWidget(self.consequences)
        column.addStretch(1)
        content.setMinimumWidth(1)  # one long word must not make everything wider than what can be seen
        self.setWidget(content)

    def _convert_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self._convert_buttons: dict[str, QPushButton] = {}
        for label, key in _TARGETS:
            button = QPushButton(label)
            button.setObjectName(f"convert.{key}")
            button.setAccessibleName(f"Convert to {label}")
            button.clicked.connect(lambda _checked=False, key=key: self.convert_to(key))
            self._convert_buttons[key] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        self.chooser.activated.connect(lambda: self._show())
        self.asked.activated.connect(lambda: self._ask_verdict())
        self._workspace.add_listener(self._follow)
        for view in (self.scores, self.consequences):
            view.pointed_at.connect(self.highlight_requested)

    def showEvent(self, event: QShowEvent) -> None:
        """What was not worked out while nobody looked is worked out now."""
        super().showEvent(event)
        self._ask_details()

    def _ask_details(self) -> None:
        """Ask for verdict, scorecard and consequences, if the panel is in sight."""
        document, catalog = self._workspace.document, self._workspace.catalog
        if not self.isVisible():
            return
        self._ask_verdict()
        if self.hypervisor is not None and self.hypervisor in document.blocks:
            self.scores.ask(document, catalog, self.hypervisor)
        self.consequences.ask(document, catalog, self._workspace.primary)

    def set_report(self, report: Report) -> None:
        """Show what another report says."""
        self._report = report
        chosen = self.hypervisor
        blocks = report.document.blocks
        self.chooser.clear()
        for item in report.classifications:
            block = blocks.get(item.hypervisor)
            if block is not None:
                self.chooser.addItem(f"{block.name} – {class_label(item)}", item.hypervisor)
        position = self.chooser.findData(chosen)
        self.chooser.setCurrentIndex(max(0, position) if self.chooser.count() else -1)
        self._body.setVisible(self.chooser.count() > 0)
        self.empty.setVisible(self.chooser.count() == 0)
        self._show()

    def summary(self) -> str:
        """The classes of all hypervisors in a few words, for the status bar."""
        items = () if self._report is None else self._report.classifications
        if not items:
            return "no hypervisor"
        if len(items) == 1:
            return class_label(items[0])
        labels = [class_label(item) for item in items]
        counts = ((label, labels.count(label)) for label in dict.fromkeys(labels))
        return "; ".join(label if count == 1 else f"{count} × {label}" for label, count in counts)

    @property
    def hypervisor(self) -> BlockId | None:
        """The hypervisor on show."""
        return self.chooser.currentData()

    @property
    def current(self) -> Classification | None:
        """What is known about it."""
        items = () if self._report is None else self._report.classifications
        return next((item for item in items if item.hypervisor == self.hypervisor), None)

    def converted(self, target: str) -> Document:
        """The document with the stack on show converted; may take a while."""
        hypervisor = self.hypervisor
        if hypervisor is None:
            return self._workspace.document
        return convert(self._workspace.document, self._workspace.catalog, hypervisor=hypervisor, to=target).document

    def offer_previews(self) -> None:
        """Say for each conversion what it leads to."""
        for key, button in self._convert_buttons.items():
            self.preview_offered.emit(button, lambda key=key: self.converted(key))

    def convert_to(self, target: str) -> None:
        """Convert the stack of the hypervisor on show, as one step."""
        hypervisor, document, catalog = self.hypervisor, self._workspace.document, self._workspace.catalog
        if hypervisor is None:
            return

        def done(conversion: Conversion) -> None:
            if self._workspace.document is not document:
                return
            self._workspace.apply(conversion.label, lambda _document: conversion.document)
            lost = " ".join(conversion.lost)
            text = f"{conversion.label.replace('Convert', 'Converted', 1)}. {lost}".strip()
            undo = ("Undo", lambda: self._workspace.undo())
            self._say(Message(text=text, key="convert", actions=(undo,), lasting=bool(lost)))

        def failed(error: Exception) -> None:
            text = str(error) if isinstance(error, HVStudioError) else f"This stack cannot be converted: {error}"
            self._say(Message(text=text, severity="warning", key="convert"))

        self._runner.run(lambda: convert(document, catalog, hypervisor=hypervisor, to=target), done, failed)

    def _follow(self, event: Event) -> None:
        if event.selection_changed and self._report is not None:
            self._follow_selection()
            if self.isVisible():
                self.consequences.ask(self._workspace.document, self._workspace.catalog, self._workspace.primary)

    def _follow_selection(self) -> None:
        """Show the hypervisor that the selected block is, rests on, or carries."""
        primary = self._workspace.primary
        if primary is None:
            return
        index = self._workspace.index
        near = [primary, *(block.id for block in index.below(primary)), *index.above(primary)]
        for block_id in near:
            position = self.chooser.findData(block_id)
            if position >= 0:
                if position != self.chooser.currentIndex():
                    self.chooser.setCurrentIndex(position)
                    self._show()
                return

    def _show(self) -> None:
        item = self.current
        empty_layout(self._steps)
        if item is None:
            return
        self.tag.setText(class_label(item))
        self.tag.setProperty("class", item.vmm_type)
        self.sentence.setText(item.sentence)
        for number, (text, blocks) in enumerate(item.argument, 1):
            step = StepLabel(f"{number}.  {text}", blocks)
            step.setObjectName(f"step.{number}")
            step.pointed_at.connect(self.highlight_requested)
            self._steps.addWidget(step)
        for key, button in self._convert_buttons.items():
            button.setEnabled(key != item.vmm_type)
            button.setToolTip("It is one already" if key == item.vmm_type else "One step, which can be undone")
        self._ask_details()

    def _ask_verdict(self) -> None:
        hypervisor, document, catalog = self.hypervisor, self._workspace.document, self._workspace.catalog
        asked = str(self.asked.currentData())
        if hypervisor is None or hypervisor not in document.blocks:
            return
        self._verdicts.ask(lambda: validate_as(document, catalog, hypervisor, asked), self._show_verdict)

    def _show_verdict(self, verdict: Verdict) -> None:
        label = self.asked.currentText() if verdict.asked != "any" else "one of the three"
        self.verdict.setText(f"Yes, it is {label}." if verdict.holds else verdict.sentence)
        self.verdict.setProperty("role", "success" if verdict.holds else "")
        repolish(self.verdict)
        empty_layout(self._fixes)
        for number, fix in enumerate(verdict.fixes):
            button = ElidedButton(fix.label)
            button.setObjectName(f"verdictFix.{number}")
            button.clicked.connect(lambda _checked=False, fix=fix: self._mend(fix))
            self._fixes.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.preview_offered.emit(button, lambda fix=fix: fix.edit(self._workspace.document))

    def _mend(self, fix: Fix) -> None:
        try:
            self._workspace.apply(fix.label, fix.edit)
        except HVStudioError as error:
            self._say(Message(text=str(error), severity="warning", key="convert"))


def class_label(item: Classification) -> str:
    """A class as it is shown: its name, and that it is nested."""
    label = TYPE_LABELS.get(item.vmm_type, item.vmm_type)
    return f"{label}, nested" if item.nested_in else label
