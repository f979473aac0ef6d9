"""Editing in place: at most one field over the canvas, for a name, a note, or how many."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtWidgets import QGraphicsView
from shiboken6 import isValid

from hvstudio.gui.canvas.camera import Camera
from hvstudio.gui.canvas.counting import CountEditor
from hvstudio.gui.canvas.noting import NoteEditor
from hvstudio.gui.canvas.renaming import NameEditor
from hvstudio.gui.canvas.scene import CanvasScene
from hvstudio.gui.drawing.face import BAR_HEIGHT
from hvstudio.model.document import BlockId, Value
from hvstudio.model.edits import rename_block, set_parameters
from hvstudio.model.geometry import Rect


class InPlace:
    """Opens fields over the blocks of one view and takes what is entered to the workspace."""

    def __init__(self, view: QGraphicsView, scene: CanvasScene, camera: Camera) -> None:
        self._view = view
        self._scene = scene
        self._workspace = scene.workspace
        self._camera = camera
        self._editor: NameEditor | NoteEditor | None = None

    def rename(self, block_id: BlockId) -> None:
        """Edit the name of a block over its title."""
        place = self._scene.picture.layout.places.get(block_id)
        if place is None:
            return
        self.close()
        self._camera.keep_in_sight(place.bar)
        area = self._area_of(place.bar._replace(height=min(place.bar.height, BAR_HEIGHT)))
        editor = NameEditor(self._view.viewport(), self._workspace.document.block(block_id).name, area)
        editor.committed.connect(lambda name: self._renamed(block_id, str(name)))
        self._start(editor)

    def write_note(self, block_id: BlockId) -> None:
        """Edit the text of a note."""
        place = self._scene.picture.layout.places.get(block_id)
        if place is None:
            return
        self.close()
        self._camera.keep_in_sight(place.bar)
        text = str(self._workspace.document.block(block_id).parameters.get("text", ""))
        editor = NoteEditor(self._view.viewport(), text, self._area_of(place.bar))
        editor.committed.connect(lambda written: self._noted(block_id, str(written)))
        self._start(editor)

    def ask_how_many(self, position: QPoint, *, answer: Callable[[int], None], closed: Callable[[], None]) -> None:
        """Ask for a number at a point of the view; `closed` is called in any case, after the answer."""
        editor = CountEditor(self._view.viewport(), position)
        editor.committed.connect(lambda count: answer(int(count)))
        editor.closed.connect(closed)
        editor.closed.connect(self._view.setFocus)
        editor.start()

    def close(self) -> None:
        """Take what is entered and close the field, if one is open."""
        editor, self._editor = self._editor, None
        if editor is not None and isValid(editor):
            editor.finish()
        if editor is not None and isValid(self._view):  # a window that is closed takes its fields with it
            self._view.setFocus()

    def _start(self, editor: NameEditor | NoteEditor) -> None:
        editor.closed.connect(self.close)
        self._editor = editor
        editor.start()

    def _renamed(self, block_id: BlockId, name: str) -> None:
        if block_id in self._workspace.document.blocks and name.strip():
            label = f"Rename “{self._workspace.document.block(block_id).name}”"
            self._workspace.apply(label, lambda document: rename_block(document, block_id, name))

    def _noted(self, block_id: BlockId, text: str) -> None:
        if block_id in self._workspace.document.blocks:
            values: dict[str, Value | None] = {"text": text or None}
            self._workspace.apply("Write a note", lambda document: set_parameters(document, [block_id], values))

    def _area_of(self, bar: Rect) -> QRect:
        """A rectangle of the scene in pixels of the view."""
        top_left = self._view.mapFromScene(QPointF(bar.x, bar.y))
        return QRect(top_left, self._view.mapFromScene(QPointF(bar.right, bar.bottom)))
