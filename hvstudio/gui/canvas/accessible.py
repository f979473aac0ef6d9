"""The blocks of the canvas for screen readers: each is a child of the canvas with a name, a place and a state."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from PySide6.QtCore import QObject, QPoint, QPointF, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QGraphicsView
from shiboken6 import isValid

from hvstudio.editor.slots import hit
from hvstudio.gui.canvas.commands import CanvasCommands
from hvstudio.gui.canvas.scene import CanvasScene
from hvstudio.model.document import BlockId


class BlockInterface(QAccessibleInterface):
    """One block. It knows only its id: everything else is asked of the scene when somebody asks."""

    def __init__(self, canvas: CanvasInterface, block_id: BlockId) -> None:
        super().__init__()
        self._canvas = canvas
        self.block_id = block_id

    def isValid(self) -> bool:
        """Whether the block is still there."""
        return self._canvas.isValid() and self.block_id in self._canvas.scene.picture.layout.places

    def object(self) -> QObject | None:  # type: ignore[override]  # Qt takes None
        """Blocks are no objects of Qt."""
        return None

    def parent(self) -> QAccessibleInterface:
        """The canvas."""
        return self._canvas

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt takes None
        """Blocks are listed flat, in the order in which Tab walks through them."""
        return None

    def childCount(self) -> int:
        """None."""
        return 0

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt takes None
        """None."""
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """None."""
        return -1

    def role(self) -> QAccessible.Role:
        """An item of a list: it can be selected and walked to."""
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        """The block's name, or the sentence that describes it."""
        if not self.isValid():
            return ""
        if kind == QAccessible.Text.Name:
            return self._canvas.scene.picture.document.block(self.block_id).name
        if kind == QAccessible.Text.Description:
            return self._canvas.commands.described(self.block_id)
        return ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Names are changed in the canvas, not through this."""

    def rect(self) -> QRect:
        """Where the block is on the screen."""
        return self._canvas.rect_of(self.block_id) if self.isValid() else QRect()

    def state(self) -> QAccessible.State:
        """Whether it is selected, and whether keys go to it."""
        state = QAccessible.State()
        selection = self._canvas.scene.workspace.selection
        state.selectable = True  # type: ignore[attr-defined]
        state.focusable = True  # type: ignore[attr-defined]
        state.selected = self.block_id in selection  # type: ignore[attr-defined]
        state.focused = bool(selection) and selection[-1] == self.block_id  # type: ignore[attr-defined]
        return state


class CanvasInterface(QAccessibleWidget):
    """The canvas with its blocks as children."""

    def __init__(self, view: QGraphicsView, scene: CanvasScene, commands: CanvasCommands) -> None:
        super().__init__(view, QAccessible.Role.List, "Canvas")
        self._view = view
        self.scene = scene
        self.commands = commands
        self._blocks: dict[BlockId, BlockInterface] = {}

    def isValid(self) -> bool:
        """Whether the canvas is still there."""
        return isValid(self._view)

    def forget(self) -> None:
        """Take the blocks' interfaces back from Qt, which may have noted them, before they go."""
        blocks, self._blocks = self._blocks, {}
        for interface in blocks.values():
            if isValid(interface):
                QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(interface))

    def block(self, block_id: BlockId) -> BlockInterface:
        """The interface of a block; kept, because Qt compares interfaces by identity."""
        if block_id not in self._blocks:
            self._blocks[block_id] = BlockInterface(self, block_id)
        return self._blocks[block_id]

    def childCount(self) -> int:
        """How many blocks there are."""
        return len(self.scene.picture.layout.order)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt takes None
        """A block by its place in the order of Tab."""
        order = self.scene.picture.layout.order
        return self.block(order[index]) if 0 <= index < len(order) else None

    def indexOfChild(self, child: Any) -> int:
        """The place of a block in the order of Tab."""
        order = self.scene.picture.layout.order
        block_id = getattr(child, "block_id", None)
        return order.index(block_id) if block_id in self.scene.picture.layout.places else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt takes None
        """The block at a point of the screen."""
        point = self._view.mapToScene(self._view.viewport().mapFromGlobal(QPoint(x, y)))
        found = hit(self.scene.stage, (point.x(), point.y()))
        return None if found is None else self.block(found)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt takes None
        """The primary block."""
        primary = self.scene.workspace.primary
        return None if primary is None else self.block(primary)

    def rect_of(self, block_id: BlockId) -> QRect:
        """Where a block is on the screen."""
        bar = self.scene.picture.layout.places[block_id].bar
        top_left = self._view.mapFromScene(QPointF(bar.x, bar.y))
        bottom_right = self._view.mapFromScene(QPointF(bar.right, bar.bottom))
        port = self._view.viewport()
        return QRect(port.mapToGlobal(top_left), port.mapToGlobal(bottom_right))

    def tell_focus(self) -> None:
        """Tell assistive technology that another block is the primary one."""
        primary = self.scene.workspace.primary
        if primary is not None and QAccessible.isActive():
            event = QAccessibleEvent(self._view, QAccessible.Event.Focus)
            event.setChild(self.indexOfChild(self.block(primary)))
            QAccessible.updateAccessibility(event)


@cache
def install() -> None:
    """Have Qt ask the canvas itself for its interface; once for the program."""
    QAccessible.installFactory(_interface_of)


def _interface_of(name: str, thing: QObject | None) -> QAccessibleInterface | None:
    """The interface of a canvas; None for everything else, which Qt knows how to describe."""
    if thing is None or not isValid(thing):
        return None
    make: Callable[[], QAccessibleInterface] | None = getattr(thing, "accessible_interface", None)
    return None if make is None else make()
