"""Find on canvas: blocks by name, product or kind; Enter goes to the next one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton

from hvstudio.editor.workspace import Workspace
from hvstudio.gui.look.icons import icon
from hvstudio.gui.look.theme import Theme
from hvstudio.model.document import BlockId


class FindBar(QFrame):
    """A field above the canvas. `block_found` carries the block to show."""

    block_found = Signal(str)
    closed = Signal()

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("findBar")
        self.setAccessibleName("Find on canvas")
        self._workspace = workspace
        self._position = -1
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find by name, product or kind")
        self.field.setAccessibleName("Find by name, product or kind")
        self.field.setMaximumWidth(340)
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self._previous, self._next, self._close = QToolButton(), QToolButton(), QToolButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 8, 5)
        row.addWidget(self.field, 1)
        row.addWidget(self.count)
        for button, name, act in (
            (self._previous, "Previous match", lambda: self.step(-1)),
            (self._next, "Next match", lambda: self.step(1)),
        ):
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        self._close.setToolTip("Close (Escape)")
        self._close.setAccessibleName("Close find")
        self._close.setIconSize(QSize(14, 14))
        self._close.clicked.connect(self.close_bar)
        row.addWidget(self._close)
        self.field.textChanged.connect(self._restart)
        self.field.returnPressed.connect(lambda: self.step(1))
        self.apply_theme(theme)
        self.hide()

    def apply_theme(self, theme: Theme) -> None:
        """Take icons of another theme."""
        self._close.setIcon(icon("close", theme))
        self._previous.setArrowType(Qt.ArrowType.UpArrow)
        self._next.setArrowType(Qt.ArrowType.DownArrow)

    def open(self) -> None:
        """Show the field, ready for typing."""
        self.show()
        self.field.setFocus()
        self.field.selectAll()

    def close_bar(self) -> None:
        """Hide the field."""
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)

    def matches(self) -> list[BlockId]:
        """The blocks that fit what was typed, in document order."""
        words = self.field.text().lower().split()
        catalog = self._workspace.catalog
        found: list[BlockId] = []
        for block in self._workspace.document.blocks.values() if words else ():
            kind, product = catalog.kinds.get(block.kind), catalog.product_of(block)
            text = f"{block.name} {product.label if product else ''} {kind.label if kind else block.kind}".lower()
            if all(word in text for word in words):
                found.append(block.id)
        return found

    def step(self, direction: int) -> None:
        """Go to the next or the previous match."""
        found = self.matches()
        if found:
            self._position = (self._position + direction) % len(found)
            self.block_found.emit(found[self._position])
            self.field.setFocus()
        self._count(len(found))

    def _restart(self) -> None:
        self._position = -1
        self._count(len(self.matches()))

    def _count(self, found: int) -> None:
        if not self.field.text().strip():
            self.count.setText("")
        elif found == 0:
            self.count.setText("nothing found")
        else:
            self.count.setText(f"{self._position + 1} of {found}" if self._position >= 0 else f"{found} found")
