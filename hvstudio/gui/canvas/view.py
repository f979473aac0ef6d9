"""The canvas: turns mouse, keyboard and drops into gestures, and shows the scene. It decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from attrs import frozen
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsView, QWidget

from hvstudio.checks.finding import Report
from hvstudio.editor.gestures import Moving, Placing, Preview, Proposal, RubberBand, moved_by_keys
from hvstudio.editor.navigation import following, neighbour
from hvstudio.editor.slots import Target, hit
from hvstudio.editor.starters import Wanted
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import EditError
from hvstudio.gui.canvas.background import draw_grid, draw_hint
from hvstudio.gui.canvas.commands import CanvasCommands
from hvstudio.gui.canvas.dragging import BLOCK_MIME, read_wanted
from hvstudio.gui.canvas.renaming import NameEditor
from hvstudio.gui.canvas.scene import CanvasScene
from hvstudio.gui.theme import Theme
from hvstudio.model.document import BlockId, Point
from hvstudio.model.edits import rename_block

SMALLEST_SCALE: Final = 0.02
LARGEST_SCALE: Final = 5.0
ZOOM_STEP: Final = 1.2
"""One step of the wheel or of a zoom key."""
FIT_MARGIN: Final = 32.0
_ARROWS: Final = {
    Qt.Key.Key_Up: ("up", (0.0, -16.0)),
    Qt.Key.Key_Down: ("down", (0.0, 16.0)),
    Qt.Key.Key_Left: ("left", (-16.0, 0.0)),
    Qt.Key.Key_Right: ("right", (16.0, 0.0)),
}
_NO_BUTTON_GAP: Final = 40


@frozen
class ContextRequest:
    """Somebody asked for the context menu: over which block (None: the canvas), and where on the screen."""

    block: BlockId | None
    at: QPoint


class CanvasView(QGraphicsView):
    """The diagram of a workspace, to be looked at and worked on.

    Signals: `contextRequested(ContextRequest)`; `hovered(BlockId | None)`; `said(str)`, a sentence for the status
    bar, empty when there is nothing to say; `zoomChanged(float)`, the new scale.
    """

    contextRequested = Signal(object)  # noqa: N815  (a Qt signal)
    hovered = Signal(object)
    said = Signal(object)
    zoomChanged = Signal(object)  # noqa: N815  (a Qt signal)

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.theme = theme
        self.canvas = CanvasScene(workspace, theme)
        self.commands = CanvasCommands(self.canvas, self._say)
        self.hand_tool = False
        self.grid_shown = True
        self._gesture: Placing | Moving | RubberBand | None = None
        self._pressed: tuple[QPoint, BlockId | None] | None = None
        self._panning: QPoint | None = None
        self._deselect: BlockId | None = None
        self._editor: NameEditor | None = None
        self._said = ""
        self._set_up()
        self._leave = workspace.add_listener(self._on_event)

    def _set_up(self) -> None:
        self.setScene(self.canvas)
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragMode(QGraphicsView.DragMode.NoDrag)

    # What others ask of the canvas

    @property
    def scale_now(self) -> float:
        """Device-independent pixels for one scene unit."""
        return self.transform().m11()

    def close_canvas(self) -> None:
        """Follow the workspace no longer."""
        self._leave()
        self.canvas.close()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self.theme = theme
        self.canvas.set_theme(theme)
        self.resetCachedContent()
        self.viewport().update()

    def set_report(self, report: Report | None) -> None:
        """Show the findings of a report as badges, and the class of each hypervisor."""
        self.canvas.set_report(report)

    def set_heat(self, values: Mapping[BlockId, float] | None) -> None:
        """Show how busy blocks are (0 to 1), or nothing."""
        self.canvas.set_heat(values)

    def set_highlight(self, block_ids: Iterable[BlockId]) -> None:
        """Mark the blocks that an argument or a finding speaks of."""
        self.canvas.set_highlight(block_ids)

    def fit(self) -> None:
        """Show everything, not larger than life."""
        bounds = self.canvas.picture.layout.bounds()
        if bounds.width <= 0 or bounds.height <= 0:
            self._set_scale(1.0)
            self._centre(QPointF(0.0, 0.0))
            return
        room = self.viewport().size()
        across = (room.width() - 2 * FIT_MARGIN) / bounds.width
        down = (room.height() - 2 * FIT_MARGIN) / bounds.height
        self._set_scale(min(across, down, 1.25))
        self._centre(QPointF(bounds.x + bounds.width / 2, bounds.y + bounds.height / 2))

    def zoom_in(self) -> None:
        """One step nearer, around the middle of the view."""
        self._zoom(ZOOM_STEP, QPointF(self.viewport().rect().center()))

    def zoom_out(self) -> None:
        """One step farther away."""
        self._zoom(1 / ZOOM_STEP, QPointF(self.viewport().rect().center()))

    def zoom_to(self, scale: float) -> None:
        """An exact scale, around the middle of the view; 1 is life size."""
        self._zoom(scale / self.scale_now, QPointF(self.viewport().rect().center()))

    def centre_on(self, block_id: BlockId) -> None:
        """Bring a block to the middle of the view, near enough to be read."""
        place = self.canvas.picture.layout.places.get(block_id)
        if place is None:
            return
        if self.scale_now < 0.6:
            self._set_scale(0.8)
        self._centre(QPointF(place.bar.x + place.bar.width / 2, place.bar.y + place.bar.height / 2))

    def rename(self, block_id: BlockId | None = None) -> None:
        """Edit the name of a block (of the primary one, if none is given) in its place."""
        wanted = block_id or self.workspace.primary
        place = self.canvas.picture.layout.places.get(wanted) if wanted else None
        if wanted is None or place is None:
            return
        self._close_editor()
        x, y, width, height = place.bar
        top_left = self.mapFromScene(QPointF(x, y))
        bottom_right = self.mapFromScene(QPointF(x + width, y + min(height, 44.0)))
        editor = NameEditor(self.viewport(), self.workspace.document.block(wanted).name, top_left, bottom_right)
        editor.committed.connect(lambda name: self._renamed(wanted, str(name)))
        editor.closed.connect(self._close_editor)
        self._editor = editor
        editor.start()

    def insert(self, kind: str, product: str = "", *, count: int = 1) -> bool:
        """Put something new where the selection suggests, without a mouse: on the selected block or a support of it,
        else free in the middle of the view. Gives whether there was a place.
        """
        middle = self.mapToScene(self.viewport().rect().center())
        wanted = Wanted(kind=kind, product=product, count=count)
        return self._attempt(lambda: self.commands.insert(wanted, _point(middle)))

    def cancel(self) -> None:
        """Give up the gesture under way; the document is as it was."""
        self._gesture = None
        self._pressed = None
        self.canvas.set_preview(None)
        self._say("")

    # Dragging from the palette

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Begin placing when the palette's block comes in; anything else is not ours."""
        wanted = read_wanted(event.mimeData())
        if wanted is None:
            event.ignore()
            return
        self._gesture = Placing(self.canvas.stage, wanted, size=self.commands.size_of(wanted))
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show the slot it would go to."""
        if not isinstance(self._gesture, Placing):
            event.ignore()
            return
        self._follow_pointer(event.position(), event.modifiers())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Forget it when it is dragged out again."""
        self.cancel()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put it down."""
        gesture = self._gesture
        if not isinstance(gesture, Placing) or not event.mimeData().hasFormat(BLOCK_MIME):
            event.ignore()
            return
        self._follow_pointer(event.position(), event.modifiers())
        self.cancel()
        self._attempt(gesture.finish)
        event.acceptProposedAction()
        self.setFocus()

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select and get ready to drag; the middle button, or the hand tool, pans."""
        self._close_editor()
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (self.hand_tool and event.button() == Qt.MouseButton.LeftButton):
            self._panning = event.position().toPoint()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            return
        block_id = self.block_at(event.position())
        if event.button() == Qt.MouseButton.RightButton:
            if block_id is not None and block_id not in self.workspace.selection:
                self.workspace.select([block_id])
            return
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = (event.position().toPoint(), block_id)
            self._select_pressed(block_id, event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, drag, or tell what the pointer is on."""
        position = event.position()
        if self._panning is not None:
            self._pan(position.toPoint())
        elif self._gesture is not None:
            self._follow_pointer(position, event.modifiers())
        elif self._pressed is not None:
            far = (position.toPoint() - self._pressed[0]).manhattanLength()
            if far >= QApplication.startDragDistance():
                self._start_dragging(event.modifiers())
                self._follow_pointer(position, event.modifiers())
        else:
            self._hover(self.block_at(position))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the press began."""
        if self._panning is not None:
            self._panning = None
            self.viewport().unsetCursor()
            return
        gesture, deselect, self._deselect = self._gesture, self._deselect, None
        if isinstance(gesture, RubberBand):
            preview = gesture.move(_point(self.mapToScene(event.position().toPoint())))
            self.cancel()
            self.workspace.select(preview.selected)
        elif isinstance(gesture, Moving):
            self._follow_pointer(event.position(), event.modifiers())
            self.cancel()
            self._attempt(gesture.finish)
        elif deselect is not None:
            self.workspace.select([deselect])
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename what is double-clicked."""
        block_id = self.block_at(event.position())
        if block_id is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = None
            self.rename(block_id)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is on nothing any more."""
        self._hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom at the pointer; the wheel alone scrolls, with Shift sideways."""
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(ZOOM_STEP ** (turned.y() / 120.0), event.position())
        else:
            pixels = event.pixelDelta()
            moved = pixels if not pixels.isNull() else turned / 2
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and moved.x() == 0:
                moved = QPoint(moved.y(), 0)
            self._scroll(moved)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of what is under the pointer, or of the selection when the menu key was pressed."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            primary = self.workspace.primary
            place = self.canvas.picture.layout.places.get(primary) if primary else None
            spot = QPointF(place.bar.x + 20.0, place.bar.y + 20.0) if place else self.mapToScene(40, 40)
            at = self.viewport().mapToGlobal(self.mapFromScene(spot))
            self.contextRequested.emit(ContextRequest(primary, at))
        else:
            self.contextRequested.emit(ContextRequest(self.block_at(QPointF(event.pos())), event.globalPos()))
        event.accept()

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the canvas; what it does not know goes on to the window (space runs)."""
        arrow = _ARROWS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif arrow is not None:
            self._arrow(arrow, event.modifiers())
        elif not self._key_command(event):
            event.ignore()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks through the blocks and leaves the canvas at either end."""
        chosen = self.workspace.primary
        order = self.canvas.picture.layout.order
        at_end = bool(order) and chosen == (order[-1] if forward else order[0])
        if not order or at_end:
            return super().focusNextPrevChild(forward)
        self._go_to(following(self.canvas.stage, chosen, backwards=not forward))
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus on the primary block."""
        self.canvas.overlay.has_focus = True
        self.canvas.overlay.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the focus is elsewhere."""
        self.canvas.overlay.has_focus = False
        self.canvas.overlay.update()
        super().focusOutEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """The ground, and on an empty canvas what to do."""
        strokes = self.canvas.picture.strokes
        painter.fillRect(rect, strokes.brush("canvas"))
        if self.grid_shown:
            draw_grid(painter, rect, strokes, self.scale_now)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """The hint on an empty canvas."""
        if not self.workspace.document.blocks:
            painter.save()
            painter.resetTransform()
            draw_hint(painter, QRectF(self.viewport().rect()), self.canvas.picture.strokes)
            painter.restore()

    # Inside

    def block_at(self, position: QPointF) -> BlockId | None:
        """The block under a point of the view."""
        return hit(self.canvas.stage, _point(self.mapToScene(position.toPoint())))

    def _attempt(self, propose: Callable[[], Proposal | None]) -> bool:
        """Apply what is proposed; what can never be is said, and changes nothing."""
        try:
            proposal = propose()
        except EditError as error:
            self._say(str(error))
            return False
        if proposal is None:
            return False
        self.workspace.apply(proposal.label, proposal.edit, select=proposal.select)
        return True

    def _on_event(self, event: Event) -> None:
        """A gesture does not outlive the document it was begun on."""
        document = self.canvas.stage.document
        if self._gesture is not None and self._gesture.stage.document is not document:
            self.cancel()
        if event.replaced:
            self._close_editor()
            self.fit()
        if event.change.added or event.change.removed:
            self.viewport().update()

    def _select_pressed(self, block_id: BlockId | None, modifiers: Qt.KeyboardModifier) -> None:
        toggle = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        extend = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._deselect = None
        if block_id is None:
            if not (toggle or extend):
                self.workspace.select([])
        elif toggle or extend:
            self.workspace.select([block_id], toggle=toggle, extend=extend)
        elif block_id not in self.workspace.selection:
            self.workspace.select([block_id])
        else:
            self._deselect = block_id if len(self.workspace.selection) > 1 else None

    def _start_dragging(self, modifiers: Qt.KeyboardModifier) -> None:
        if self._pressed is None:
            return
        start, block_id = self._pressed
        point = _point(self.mapToScene(start))
        if block_id is None:
            keep = modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
            self._gesture = RubberBand(self.canvas.stage, point, kept=self.workspace.selection if keep else ())
        elif block_id in self.workspace.selection:
            self._gesture = Moving(self.canvas.stage, self.workspace.selection, point)

    def _follow_pointer(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        gesture = self._gesture
        if gesture is None:
            return
        point = _point(self.mapToScene(position.toPoint()))
        self._make_room(position.toPoint())
        if isinstance(gesture, RubberBand):
            self.canvas.set_preview(gesture.move(point), is_band=True)
            return
        preview = gesture.move(point, bypass_grid=bool(modifiers & Qt.KeyboardModifier.AltModifier))
        self.canvas.set_preview(preview, held=gesture.heads if isinstance(gesture, Moving) else ())
        self._say(self._what_happens(preview.target, preview))

    def _what_happens(self, target: Target, preview: Preview) -> str:
        if target.refusal:
            return target.refusal
        if target.support is None:
            return ""
        return f"Goes on “{self.workspace.document.block(target.support).name}”."

    def _make_room(self, position: QPoint) -> None:
        """Scroll while something is dragged near the edge of the view."""
        if isinstance(self._gesture, RubberBand) or not self.viewport().rect().contains(position):
            return
        room = self.viewport().rect().adjusted(_NO_BUTTON_GAP, _NO_BUTTON_GAP, -_NO_BUTTON_GAP, -_NO_BUTTON_GAP)
        across = min(position.x() - room.left(), 0) + max(position.x() - room.right(), 0)
        down = min(position.y() - room.top(), 0) + max(position.y() - room.bottom(), 0)
        if across or down:
            self._scroll(QPoint(-across // 3, -down // 3))

    def _key_command(self, event: QKeyEvent) -> bool:
        done = self.commands.run_key(event)
        if done:
            return True
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        actions = {
            Qt.Key.Key_F: self.fit,
            Qt.Key.Key_Home: self.fit,
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_F2: self.rename,
            Qt.Key.Key_Return: self.rename,
            Qt.Key.Key_Enter: self.rename,
        }
        action = actions.get(key)
        if action is None or not plain:
            return False
        action()
        return True

    def _escape(self) -> None:
        if self._gesture is not None or self._pressed is not None:
            self.cancel()
        else:
            self.workspace.select([])
            self.canvas.set_highlight(())

    def _arrow(self, arrow: tuple[str, Point], modifiers: Qt.KeyboardModifier) -> None:
        """Arrows walk; with Ctrl or Alt they shift what is selected."""
        direction, step = arrow
        if modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            fine = bool(modifiers & Qt.KeyboardModifier.AltModifier)
            offset = (step[0] / 16.0, step[1] / 16.0) if fine else step
            self._attempt(lambda: moved_by_keys(self.canvas.stage, self.workspace.selection, offset))
            return
        primary = self.workspace.primary
        if primary is None:
            self._go_to(following(self.canvas.stage, None))
        else:
            extend = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
            self._go_to(neighbour(self.canvas.stage, primary, direction), extend=extend)

    def _go_to(self, block_id: BlockId | None, *, extend: bool = False) -> None:
        if block_id is None:
            return
        self.workspace.select([block_id], extend=extend)
        place = self.canvas.picture.layout.places[block_id]
        x, y, width, height = place.bar
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        if not seen.contains(QRectF(x, y, min(width, seen.width() * 0.8), height)):
            self._centre(QPointF(x + width / 2, y + height / 2))

    def _renamed(self, block_id: BlockId, name: str) -> None:
        if block_id in self.workspace.document.blocks and name.strip():
            self.workspace.apply("Rename", lambda document: rename_block(document, block_id, name))

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.finish()
            self.setFocus()

    def _hover(self, block_id: BlockId | None) -> None:
        if block_id != self.canvas.overlay.hovered:
            self.canvas.set_hovered(block_id)
            self.viewport().setToolTip(self.commands.tip(block_id))
            self.hovered.emit(block_id)

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            self.said.emit(sentence)

    def _pan(self, position: QPoint) -> None:
        if self._panning is not None:
            self._scroll(position - self._panning)
            self._panning = position

    def _scroll(self, moved: QPoint) -> None:
        self._close_editor()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - moved.x())
        down.setValue(down.value() - moved.y())

    def _zoom(self, factor: float, at: QPointF) -> None:
        """Zoom so that what is at the point stays there."""
        self._close_editor()
        kept = self.mapToScene(at.toPoint())
        self._set_scale(self.scale_now * factor)
        now = self.mapFromScene(kept)
        self._scroll(at.toPoint() - now)

    def _set_scale(self, scale: float) -> None:
        scale = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        if scale != self.scale_now:
            self.resetTransform()
            self.scale(scale, scale)
            self.zoomChanged.emit(scale)

    def _centre(self, point: QPointF) -> None:
        self.centerOn(point)


def _point(position: QPointF | QPoint) -> Point:
    return float(position.x()), float(position.y())
