"""The canvas: forwards mouse, keyboard and drops, and shows the scene. It decides nothing itself."""

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
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.checks.finding import Report
from hvstudio.editor.aligning import Direction, Line, aligned, distributed
from hvstudio.editor.starters import Wanted
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.gui.canvas.accessible import CanvasInterface, install
from hvstudio.gui.canvas.background import draw_grid, draw_hint
from hvstudio.gui.canvas.camera import ZOOM_STEP, Camera
from hvstudio.gui.canvas.commands import CanvasCommands
from hvstudio.gui.canvas.dragging import read_wanted
from hvstudio.gui.canvas.hand import Hand
from hvstudio.gui.canvas.in_place import InPlace
from hvstudio.gui.canvas.keyboard import Keyboard
from hvstudio.gui.canvas.overview import Overview
from hvstudio.gui.canvas.scene import CanvasScene
from hvstudio.gui.look.theme import Theme
from hvstudio.model.document import BlockId

_USE: Final = "The composition. Arrows walk through the blocks, Enter renames, Delete deletes."
_CONTROL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier


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
        self._accessible: CanvasInterface | None = None
        install()
        self.camera = Camera(self, self.zoomChanged.emit)
        self.commands = CanvasCommands(self.canvas, self._say)
        self.hand = Hand(self.canvas, to_scene=self.mapToScene, say=self._say)
        self._is_grid_shown = True
        self._panning: QPoint | None = None
        self.in_place = InPlace(self, self.canvas, self.camera)
        self._said = ""
        self.keyboard = Keyboard(
            self.canvas, camera=self.camera, hand=self.hand, commands=self.commands, actions=self._key_table()
        )
        self._set_up()
        self.overview = Overview(self, self.canvas.sheet, self.canvas.picture.strokes)
        self._leave = workspace.add_listener(self._on_event)

    def _set_up(self) -> None:
        self.setScene(self.canvas)
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription(_USE)
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
        return self.camera.scale

    def close_canvas(self) -> None:
        """Follow the workspace no longer."""
        self._leave()
        self.canvas.close()
        if self._accessible is not None:
            self._accessible.forget()

    def accessible_interface(self) -> CanvasInterface:
        """What Qt gives to assistive technology: the canvas with its blocks."""
        if self._accessible is None:
            self._accessible = CanvasInterface(self, self.canvas, self.commands)
        return self._accessible

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme."""
        self.theme = theme
        self.canvas.apply_theme(theme)
        self.overview.set_strokes(self.canvas.picture.strokes)
        self.viewport().update()

    def show_grid(self, is_shown: bool) -> None:
        """Draw the dots of the grid on the ground, or leave it plain."""
        if is_shown != self._is_grid_shown:
            self._is_grid_shown = is_shown
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
        """Show everything, not much larger than life."""
        self.in_place.close()
        self.camera.fit(self.canvas.picture.layout.bounds())

    def zoom_in(self) -> None:
        """One step nearer, around the middle of the view."""
        self._zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        """One step farther away."""
        self._zoom(1 / ZOOM_STEP)

    def zoom_to(self, scale: float) -> None:
        """An exact scale, around the middle of the view; 1 is life size."""
        self._zoom(scale / self.scale_now)

    def centre_on(self, block_id: BlockId) -> None:
        """Bring a block to the middle of the view, near enough to be read."""
        place = self.canvas.picture.layout.places.get(block_id)
        if place is not None:
            self.in_place.close()
            self.camera.centre_on(place.bar)

    def reveal(self, block_id: BlockId) -> None:
        """Bring a block into view, near enough to be read, and move as little as that takes."""
        place = self.canvas.picture.layout.places.get(block_id)
        if place is not None:
            self.in_place.close()
            self.camera.reveal(place.bar)

    def rename(self, block_id: BlockId | None = None) -> None:
        """Edit the name of a block (of the primary one, if none is given) in its place."""
        wanted = block_id or self.workspace.primary
        if wanted is not None:
            self.in_place.rename(wanted)

    def write_note(self, block_id: BlockId) -> None:
        """Edit the text of a note in its place."""
        self.in_place.write_note(block_id)

    def insert(self, kind: str, product: str = "", *, count: int = 1) -> bool:
        """Put something new where the selection suggests, without a mouse: on the selected block or a support of it,
        else free in the middle of the view. Gives whether there was a place.
        """
        middle = self.mapToScene(self.viewport().rect().center())
        wanted = Wanted(kind=kind, product=product, count=count)
        return self.hand.attempt(lambda: self.commands.insert(wanted, (middle.x(), middle.y())))

    def align(self, line: Line) -> bool:
        """Bring the selected free stacks to a common line; gives whether anything moved."""
        return self.hand.attempt(lambda: aligned(self.canvas.stage, self.workspace.selection, line))

    def distribute(self, direction: Direction) -> bool:
        """Make the gaps between the selected free stacks equal; gives whether anything moved."""
        return self.hand.attempt(lambda: distributed(self.canvas.stage, self.workspace.selection, direction))

    def cancel(self) -> None:
        """Give up the gesture under way; the document is as it was."""
        self.hand.cancel()

    def block_at(self, position: QPointF) -> BlockId | None:
        """The block under a point of the view."""
        return self.hand.block_at(position.toPoint())

    # Dragging from the palette

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Begin placing when the palette's block comes in; anything else is not ours."""
        wanted = read_wanted(event.mimeData())
        if wanted is None:
            event.ignore()
            return
        self.camera.start_dragging()
        self.canvas.set_ghost(self.commands.probe(wanted))
        self.hand.start_placing(wanted, self.commands.size_of(wanted))
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show the slot it would go to."""
        if not self.hand.is_dragging:
            event.ignore()
            return
        position = event.position().toPoint()
        self.camera.scroll_at_edge(position)
        self.hand.move(position, event.modifiers())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Forget it when it is dragged out again."""
        self.hand.cancel()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put it down; with Shift held, ask how many."""
        if not self.hand.is_dragging or read_wanted(event.mimeData()) is None:
            event.ignore()
            return
        position = event.position().toPoint()
        event.acceptProposedAction()
        self.setFocus()
        answer = self.hand.drop_several(position, event.modifiers()) if event.modifiers() & _SHIFT else None
        if answer is None:
            self.hand.drop(position, event.modifiers())
        else:
            self.in_place.ask_how_many(position, answer=answer, closed=self.hand.cancel)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select and get ready to drag; the middle button, or the hand tool, pans."""
        self.in_place.close()
        position = event.position().toPoint()
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle:
            self._panning = position
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.RightButton:
            block_id = self.hand.block_at(position)
            if block_id is not None and block_id not in self.workspace.selection:
                self.workspace.select([block_id])
        elif event.button() == Qt.MouseButton.LeftButton:
            self.camera.start_dragging()
            self.hand.press(position, event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, drag, or tell what the pointer is on."""
        position = event.position().toPoint()
        if self._panning is not None:
            self.camera.scroll(position - self._panning)
            self._panning = position
        elif self.hand.is_busy:
            if self.hand.is_dragging:
                self.camera.scroll_at_edge(position)
            self.hand.move(position, event.modifiers())
        else:
            self._hover(self.hand.block_at(position))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the press began."""
        if self._panning is not None:
            self._panning = None
            self.viewport().unsetCursor()
        elif event.button() == Qt.MouseButton.LeftButton:
            self.hand.release(event.position().toPoint(), event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename what is double-clicked; in a note, write."""
        block_id = self.block_at(event.position())
        if block_id is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self.hand.cancel()
        if role_of(self.workspace.document.block(block_id)) is Role.NOTE:
            self.write_note(block_id)
        else:
            self.rename(block_id)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is on nothing any more."""
        self._hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom at the pointer; the wheel alone scrolls, with Shift sideways."""
        self.in_place.close()
        turned = event.angleDelta()
        if event.modifiers() & _CONTROL:
            self.camera.zoom(ZOOM_STEP ** (turned.y() / 120.0), event.position())
        else:
            moved = turned / 2 if event.pixelDelta().isNull() else event.pixelDelta()
            sideways = bool(event.modifiers() & _SHIFT) and moved.x() == 0
            self.camera.scroll(QPoint(moved.y(), 0) if sideways else moved)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Two fingers on a touch pad zoom."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.camera.zoom(1.0 + event.value(), event.position())
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of what is under the pointer, or of the selection when the menu key was pressed."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            primary = self.workspace.primary
            place = self.canvas.picture.layout.places.get(primary) if primary else None
            spot = QPointF(place.bar.x + 20.0, place.bar.y + 20.0) if place else self.mapToScene(40, 40)
            at = self.viewport().mapToGlobal(self.mapFromScene(spot))
            self.contextRequested.emit(ContextRequest(primary, at))
        else:
            self.contextRequested.emit(ContextRequest(self.hand.block_at(event.pos()), event.globalPos()))
        event.accept()

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of the canvas; what it does not know goes on to the window (space runs)."""
        if not self.keyboard.press(event):
            event.ignore()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks through the blocks and leaves the canvas at either end."""
        return self.keyboard.tab(forward=forward) or super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus on the primary block."""
        self.canvas.set_focused(True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the focus is elsewhere."""
        self.canvas.set_focused(False)
        super().focusOutEvent(event)

    # Looking

    def scrollContentsBy(self, across: int, down: int) -> None:
        """The overview follows."""
        overview = getattr(self, "overview", None)  # Qt scrolls before this object is complete
        if overview is None:
            super().scrollContentsBy(across, down)
            return
        overview.step_aside()
        super().scrollContentsBy(across, down)
        overview.scrolled()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The overview keeps to its corner."""
        super().resizeEvent(event)
        overview = getattr(self, "overview", None)  # as above
        if overview is not None:
            overview.follow()

    # Painting

    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:
        """The ground and its grid."""
        strokes = self.canvas.picture.strokes
        area = QRectF(rect)  # type: ignore[arg-type]
        painter.fillRect(area, strokes.brush("canvas"))
        if self._is_grid_shown:
            draw_grid(painter, area, strokes, self.scale_now)

    def drawForeground(self, painter: QPainter, rect: QRectF | object) -> None:
        """On an empty canvas, what to do."""
        if not self.workspace.document.blocks:
            painter.save()
            painter.resetTransform()
            draw_hint(painter, QRectF(self.viewport().rect()), self.canvas.picture.strokes)
            painter.restore()

    # Inside

    def _key_table(self) -> dict[Qt.Key, Callable[[], None]]:
        return {
            Qt.Key.Key_F: self.fit,
            Qt.Key.Key_Home: self.fit,
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_F2: self.rename,
            Qt.Key.Key_Return: self.rename,
            Qt.Key.Key_Enter: self.rename,
        }

    def _on_event(self, event: Event) -> None:
        """A gesture does not outlive the document it was begun on."""
        if self.hand.outlived():
            self.hand.cancel()
        if event.change:
            self.overview.changed()
        if event.replaced:
            self.fit()
        elif event.change.restacked or event.change.moved:
            self._stay_with_growth()
        if event.selection_changed:
            self.setAccessibleDescription(self.commands.described(self.workspace.primary) or _USE)
            if self._accessible is not None and self.hasFocus():
                self._accessible.tell_focus()
        if not event.previous.blocks or not self.workspace.document.blocks:
            self.viewport().update()

    def _stay_with_growth(self) -> None:
        """Whoever saw the whole diagram goes on seeing it; whoever looked closer sees at least what is selected."""
        former = self.canvas.former_bounds
        place = self.canvas.picture.layout.places.get(self.workspace.primary or BlockId(""))
        if former.width > 0 and self.camera.sees(former):
            self.camera.stay_with(self.canvas.picture.layout.bounds())
        elif place is not None:
            self.camera.keep_in_sight(place.bar)

    def _hover(self, block_id: BlockId | None) -> None:
        if block_id != self.canvas.overlay.hovered:
            self.canvas.set_hovered(block_id)
            self.viewport().setToolTip(self.commands.tip(block_id))
            self.hovered.emit(block_id)

    def _zoom(self, factor: float) -> None:
        self.in_place.close()
        self.camera.zoom(factor)

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            self.said.emit(sentence)
