"""The gallery: examples to start from, each with a note on what to look at, and the files worked on last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from attrs import frozen
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from hvstudio.files.examples import example_names, load_example
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.work.background import Runner
from hvstudio.model.document import Document

Draw: TypeAlias = Callable[[Document, Theme], bytes]
"""Draws a document as a PNG, empty when it cannot."""

_CARD: Final = QSize(300, 236)
_PICTURE: Final = QSize(276, 118)
_NOTE: Final = 190


@frozen(kw_only=True)
class Example:
    """What a card shows. `picture` is a PNG of the diagram, empty when it could not be drawn."""

    name: str
    title: str
    note: str
    picture: bytes = b""


class ExampleCard(QFrame):
    """One example; a click or Enter opens it."""

    opened = Signal(str)

    def __init__(self, example: Example) -> None:
        super().__init__()
        self.example = example
        self.setObjectName(f"example.{example.name}")
        self.setAccessibleName(example.title)
        self.setAccessibleDescription(example.note)
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(_CARD)
        picture = QLabel()
        picture.setFixedHeight(_PICTURE.height())
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        if example.picture:
            drawn = QPixmap()
            drawn.loadFromData(example.picture)
            ratio = self.devicePixelRatioF()
            drawn = drawn.scaled(
                _PICTURE * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )  # fmt: skip
            drawn.setDevicePixelRatio(ratio)
            picture.setPixmap(drawn)
        title = QLabel(example.title)
        title.setProperty("role", "heading")
        title.setWordWrap(True)
        note = QLabel(_shortened(example.note))
        note.setWordWrap(True)
        note.setProperty("role", "muted")
        note.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        column.addWidget(picture)
        column.addWidget(title)
        column.addWidget(note, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens it."""
        if self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.example.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """So does Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.example.name)
        else:
            super().keyPressEvent(event)


class Gallery(QWidget):
    """Shown in place of the canvas. Examples are read and drawn off the GUI thread when it is first opened."""

    example_chosen = Signal(str)
    file_chosen = Signal(str)
    closed = Signal()

    def __init__(self, runner: Runner, draw: Draw, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("gallery")
        self.setAccessibleName("Examples")
        self._runner = runner
        self._draw = draw
        self._theme = theme
        self._examples: list[Example] = []
        self._cards: list[ExampleCard] = []
        heading = QLabel("Start with an example")
        heading.setProperty("role", "title")
        explanation = QLabel("Each one runs: open it, press Space, and look at what its note says.")
        explanation.setProperty("role", "muted")
        explanation.setWordWrap(True)
        back = QPushButton("Back to the canvas")
        back.clicked.connect(self.closed)
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.addWidget(heading)
        words.addWidget(explanation)
        head.addLayout(words, 1)
        head.addWidget(back, 0, Qt.AlignmentFlag.AlignTop)
        self._recent = QHBoxLayout()
        self._grid = QGridLayout()
        self._grid.setSpacing(14)
        content = QWidget()
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(self._grid)
        inner.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(content)
        self._scroll.setProperty("role", "plain")
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 22, 18, 10)
        column.setSpacing(14)
        column.addLayout(head)
        column.addLayout(self._recent)
        column.addWidget(self._scroll, 1)

    def apply_theme(self, theme: Theme) -> None:
        """Draw the pictures in another theme the next time it is opened."""
        if theme is not self._theme:
            self._theme = theme
            self._examples = []

    def refresh(self, recent: Sequence[str]) -> None:
        """Fill in recent files and, the first time, the examples."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if recent:
            label = QLabel("Recent:")
            label.setProperty("role", "muted")
            self._recent.addWidget(label)
        for path in recent[:5]:
            button = QPushButton(Path(path).name)
            button.setProperty("quiet", True)
            button.setToolTip(path)
            button.clicked.connect(lambda _checked=False, path=path: self.file_chosen.emit(path))
            self._recent.addWidget(button)
        self._recent.addStretch(1)
        if not self._examples:
            draw, theme = self._draw, self._theme
            self._runner.run(lambda: read_examples(draw, theme), self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: object) -> None:
        """As many cards side by side as there is room for."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._arrange()

    def _show(self, examples: list[Example]) -> None:
        self._examples = examples
        for card in self._cards:
            card.deleteLater()
        self._cards = [ExampleCard(example) for example in examples]
        for card in self._cards:
            card.opened.connect(self.example_chosen)
        self._arrange()

    def _arrange(self) -> None:
        columns = max(1, (self.width() - 50) // (_CARD.width() + 14))
        while self._grid.takeAt(0) is not None:
            pass
        for position, card in enumerate(self._cards):
            self._grid.addWidget(card, position // columns, position % columns)
        self._grid.setColumnStretch(columns, 1)


def read_examples(draw: Draw, theme: Theme) -> list[Example]:
    """All examples with pictures; `draw(document, theme)` gives a PNG. Slow: not for the GUI thread."""
    examples: list[Example] = []
    for name in example_names():
        document = load_example(name)
        picture = draw(document, theme)
        examples.append(Example(name=name, title=document.title, note=document.notes, picture=picture))
    return examples


def _shortened(note: str) -> str:
    flat = " ".join(note.split())
    if len(flat) <= _NOTE:
        return flat
    return flat[:_NOTE].rsplit(" ", 1)[0] + " …"
