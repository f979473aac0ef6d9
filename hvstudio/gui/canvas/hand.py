"""The hand on the canvas: presses, moves and releases become selections and gestures, gestures become edits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from hvstudio.editor.gestures import Moving, Placing, Preview, Proposal, RubberBand
from hvstudio.editor.slots import hit
from hvstudio.editor.starters import Wanted
from hvstudio.errors import EditError
from hvstudio.gui.canvas.scene import CanvasScene
from hvstudio.model.document import BlockId, Point

_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier


class Hand:
    """One gesture at a time. Positions are in pixels of the view; `to_scene` turns them into scene units.

    `say` is called with a sentence whenever what would happen changes, empty when there is nothing to say.
    """

    def __init__(
        self, scene: CanvasScene, *, to_scene: Callable[[QPoint], QPointF], say: Callable[[str], None]
    ) -> None:
        self._scene = scene
        self._workspace = scene.workspace
        self._to_scene = to_scene
        self._say = say
        self._gesture: Placing | Moving | RubberBand | None = None
        self._pressed: tuple[QPoint, BlockId | None] | None = None
        self._deselect: BlockId | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is held, drawn or pressed."""
        return self._gesture is not None or self._pressed is not None

    @property
    def is_dragging(self) -> bool:
        """Whether blocks are held."""
        return isinstance(self._gesture, Placing | Moving)

    def block_at(self, position: QPoint) -> BlockId | None:
        """The block under a point of the view."""
        return hit(self._scene.stage, self._point(position))

    def attempt(self, propose: Callable[[], Proposal | None]) -> bool:
        """Apply what is proposed; what can never be is said, and changes nothing."""
        try:
            proposal = propose()
        except EditError as error:
            self._say(str(error))
            return False
        if proposal is None:
            return False
        self._workspace.apply(proposal.label, proposal.edit, select=proposal.select, coalesce=proposal.coalesce)
        return True

    def start_placing(self, wanted: Wanted, size: tuple[float, float]) -> None:
        """Something new comes in from the palette."""
        self._gesture = Placing(self._scene.stage, wanted, size=size)

    def press(self, position: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """Select, and be ready to drag. A block that is selected with others stays so until the release."""
        block_id = self.block_at(position)
        self._pressed = (position, block_id)
        self._deselect = None
        toggle, extend = bool(modifiers & _CONTROL), bool(modifiers & _SHIFT)
        if block_id is None:
            if not (toggle or extend):
                self._workspace.select([])
        elif toggle or extend:
            self._workspace.select([block_id], toggle=toggle, extend=extend)
        elif block_id not in self._workspace.selection:
            self._workspace.select([block_id])
        elif len(self._workspace.selection) > 1:
            self._deselect = block_id

    def move(self, position: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """Go on with the gesture, or begin one when the pointer has gone far enough from the press."""
        if self._gesture is None and self._pressed is not None:
            if (position - self._pressed[0]).manhattanLength() < QApplication.startDragDistance():
                return
            self._begin(modifiers)
        self._follow(position, modifiers)

    def release(self, position: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """End what the press began."""
        gesture, deselect, self._deselect = self._gesture, self._deselect, None
        if isinstance(gesture, RubberBand):
            chosen = gesture.move(self._point(position)).selected
            self.cancel()
            self._workspace.select(chosen)
        elif gesture is not None:
            self.drop(position, modifiers)
        elif deselect is not None:
            self._workspace.select([deselect])
        self._pressed = None

    def drop_several(self, position: QPoint, modifiers: Qt.KeyboardModifier) -> Callable[[int], None] | None:
        """Put something new down, but ask first how many: gives what to call with the number.

        None when there is nothing new in the hand or no slot. The preview stays until the answer, or `cancel`.
        """
        self._follow(position, modifiers)
        gesture = self._gesture
        if not isinstance(gesture, Placing) or self._preview is None or self._preview.target.refusal:
            return None

        def answered(count: int) -> None:
            if self._gesture is gesture:
                self.cancel()
                self.attempt(lambda: gesture.finish(count))

        return answered

    def drop(self, position: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        """Put down what is held."""
        self._follow(position, modifiers)
        gesture = self._gesture
        refused = bool(self._preview and self._preview.target.refusal)
        self._forget()
        if not refused:
            self._say("")
        if isinstance(gesture, Placing | Moving):
            self.attempt(gesture.finish)

    def cancel(self) -> None:
        """Give up the gesture; the document is as it was."""
        self._forget()
        self._say("")

    def outlived(self) -> bool:
        """Whether the gesture was begun on a document that is no longer there."""
        return self._gesture is not None and self._gesture.stage.document is not self._scene.picture.document

    @property
    def _preview(self) -> Preview | None:
        return self._scene.overlay.preview

    def _forget(self) -> None:
        self._gesture = None
        self._pressed = None
        self._scene.set_preview(None)

    def _begin(self, modifiers: Qt.KeyboardModifier) -> None:
        if self._pressed is None:
            return
        start, block_id = self._pressed
        point = self._point(start)
        if block_id is None:
            kept = self._workspace.selection if modifiers & (_CONTROL | _SHIFT) else ()
            self._gesture = RubberBand(self._scene.stage, point, kept=kept)
        elif block_id in self._workspace.selection:
            self._gesture = Moving(self._scene.stage, self._workspace.selection, point)

    def _follow(self, position: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        gesture, point = self._gesture, self._point(position)
        if gesture is None:
            return
        if isinstance(gesture, RubberBand):
            self._scene.set_preview(gesture.move(point), is_band=True)
            return
        preview = gesture.move(point, bypass_grid=bool(modifiers & _ALT))
        self._scene.set_preview(preview, held=gesture.heads if isinstance(gesture, Moving) else ())
        self._say(self._what_happens(preview))

    def _what_happens(self, preview: Preview) -> str:
        target = preview.target
        if target.refusal or target.support is None:
            return target.refusal
        return f"Goes on “{self._workspace.document.block(target.support).name}”."

    def _point(self, position: QPoint) -> Point:
        found = self._to_scene(position)
        return found.x(), found.y()
