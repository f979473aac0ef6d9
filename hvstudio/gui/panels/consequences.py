"""What hangs on the selected block (what dies with it, shares its fate, can starve it), and a stack's scorecard."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hvstudio.catalog.catalog import Catalog
from hvstudio.errors import EditError
from hvstudio.gui.widgets.steps import StepLabel, empty_layout, heading, wrapped_label
from hvstudio.gui.work.background import Latest, Runner
from hvstudio.insight.consequences import Consequences, Effect, consequences
from hvstudio.insight.scorecard import Score, Scorecard, scorecard
from hvstudio.model.document import BlockId, Document

_PROMISES: Final = (("performance", "Performance"), ("security", "Security"), ("control", "Control"))
_SECTIONS: Final = (
    ("dies", "Stops with it"),
    ("impaired", "Goes on, but loses something"),
    ("falls_with", "Takes it down"),
    ("shares_fate", "Shares its fate"),
    ("starved_by", "Can starve it"),
)
_AT_MOST: Final = 12
_LARGE: Final = 500
_REST_MS: Final = 600
"""Blocks from which on, and how long, a scorecard waits until nobody edits: compiling competes for the interpreter."""


class ScorecardView(QWidget):
    """The three promises, made concrete for one hypervisor's stack."""

    pointed_at = Signal(object)

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self.setObjectName("scorecard")
        self.setAccessibleName("Scorecard")
        self._asking = Latest(runner)
        self._asked: Callable[[], Scorecard] | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._work_out)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    def ask(self, document: Document, catalog: Catalog, hypervisor: BlockId) -> None:
        """Show the scorecard of this hypervisor's stack as soon as it is worked out."""
        self._asked = lambda: scorecard(document, catalog, hypervisor)
        if len(document.blocks) < _LARGE:
            self._work_out()
        else:
            self._rest.start()

    def _work_out(self) -> None:
        if self._asked is not None:
            self._asking.ask(self._asked, self.show_card, lambda _error: self.clear())

    def clear(self) -> None:
        """Show nothing."""
        empty_layout(self._column)

    def show_card(self, card: Scorecard) -> None:
        """Show these scores."""
        self.clear()
        for promise, label in _PROMISES:
            scores = card.of(promise)
            if scores:
                self._column.addWidget(heading(label))
            for score in scores:
                self._column.addWidget(self._line(score))

    def _line(self, score: Score) -> StepLabel:
        mark = " <i>(estimate)</i>" if score.estimate else ""
        line = StepLabel(f"<b>{escape(score.label)}</b>{mark}<br>{escape(score.text)}", score.blocks)
        line.setTextFormat(Qt.TextFormat.RichText)
        line.setAccessibleName(f"{score.label}: {score.text}")
        line.setToolTip(f"Source: {score.source}" if score.source else "")
        line.pointed_at.connect(self.pointed_at)
        return line


class ConsequencesView(QWidget):
    """What follows if one block fails."""

    pointed_at = Signal(object)

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self.setObjectName("consequences")
        self.setAccessibleName("Consequences")
        self._asking = Latest(runner)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._names: dict[BlockId, str] = {}
        self.clear()

    def ask(self, document: Document, catalog: Catalog, block: BlockId | None) -> None:
        """Show the consequences for this block as soon as they are worked out."""
        if block is None or block not in document.blocks:
            self.clear()
            return
        self._names = {other.id: other.name for other in document.blocks.values()}
        self._asking.ask(lambda: consequences(document, catalog, block), self.show_consequences, self._give_up)

    def clear(self) -> None:
        """Say how to see something."""
        empty_layout(self._column)
        hint = wrapped_label("muted")
        hint.setText("Select a block to read what dies with it, what shares its fate, and what can starve it.")
        self._column.addWidget(hint)

    def show_consequences(self, found: Consequences) -> None:
        """Show what was found."""
        empty_layout(self._column)
        sentence = wrapped_label()
        sentence.setText(found.sentence)
        self._column.addWidget(sentence)
        for name, label in _SECTIONS:
            effects: tuple[Effect, ...] = getattr(found, name)
            if effects:
                self._column.addWidget(heading(f"{label} ({len(effects)})"))
                for effect in effects[:_AT_MOST]:
                    self._column.addWidget(self._line(effect))
                if len(effects) > _AT_MOST:
                    self._column.addWidget(self._more(effects))

    def _line(self, effect: Effect) -> StepLabel:
        name = self._names.get(effect.block, effect.block)
        line = StepLabel(f"<b>{escape(name)}</b><br>{escape(effect.reason)}", (effect.block,))
        line.setTextFormat(Qt.TextFormat.RichText)
        line.setAccessibleName(f"{name}: {effect.reason}")
        line.pointed_at.connect(self.pointed_at)
        return line

    def _more(self, effects: tuple[Effect, ...]) -> StepLabel:
        rest = effects[_AT_MOST:]
        line = StepLabel(f"… and {len(rest)} more", tuple(effect.block for effect in rest))
        line.pointed_at.connect(self.pointed_at)
        return line

    def _give_up(self, error: Exception) -> None:
        self.clear()
        if not isinstance(error, EditError | KeyError):
            raise error
