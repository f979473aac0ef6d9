"""The overview in the corner: the whole diagram in small, with a frame around what is seen, to be dragged in."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget

from hvstudio.gui.canvas.sheet import Sheet
from hvstudio.gui.drawing.painting import Strokes, rectf

WIDTH: Final = 180
HEIGHT: Final = 110
_INSET: Final = 6.0
_CORNER: Final = 12
"""Distance from the corner of the view."""
_LARGE: Final = 400
"""From so many blocks on, drawing the whole view takes longer than a frame should."""
_PAUSE_MS: Final = 120
"""Drawn again so long after the last change: a burst of edits costs one drawing."""


class Overview(QWidget):
    """Shown only while there is more of the diagram than the view shows."""

    def __init__(self, view: QGraphicsView, sheet: Sheet, strokes: Strokes) -> None:
        super().__init__(view)
        self._view = view
        self._sheet = sheet
        self._strokes = strokes
        self._picture: QImage | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.draw_again)
        self.setObjectName("overview")
        self.setAccessibleName("Overview of the diagram")
        self.setToolTip("The whole diagram. Click or drag to look elsewhere.")
        self.setFixedSize(WIDTH, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def set_strokes(self, strokes: Strokes) -> None:
        """Draw in another theme."""
        self._strokes = strokes
        self.changed()

    def changed(self) -> None:
        """The diagram is another one: draw it soon."""
        self._timer.start()

    def step_aside(self) -> None:
        """The view is about to scroll. Over a large diagram the overview goes away until the scrolling pauses: what
        lies over the view keeps Qt from moving the pixels that are there already.
        """
        is_steering = self.underMouse() and bool(QApplication.mouseButtons())
        if self.isVisible() and not is_steering and len(self._sheet.picture.layout.places) > _LARGE:
            self.hide()

    def scrolled(self) -> None:
        """The view has scrolled."""
        if self.isVisible() or len(self._sheet.picture.layout.places) <= _LARGE:
            self.follow()
        else:
            self._timer.start()

    def follow(self) -> None:
        """Come, go, or move the frame, as the part that is seen demands."""
        layout = self._sheet.picture.layout
        is_needed = bool(layout.places) and not self._seen().contains(rectf(layout.bounds()))
        if is_needed:
            room = self._view.viewport().rect()
            self.move(room.right() - WIDTH - _CORNER, room.bottom() - HEIGHT - _CORNER)
            if self._picture is None:
                self.draw_again()
        self.setVisible(is_needed and room_enough(self._view))
        self.update()

    def draw_again(self) -> None:
        """Draw the diagram anew and show it."""
        self._timer.stop()
        self._picture = self._sheet.overview()
        self.follow()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The diagram, and what is seen of it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.setPen(self._strokes.pen("border"))
        painter.setBrush(self._strokes.brush("surface", 235))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6.0, 6.0)
        area, scale = self._area()
        if self._picture is not None:
            painter.drawImage(area, self._picture)
        seen = self._seen()
        origin = self._sheet.boundingRect().topLeft()
        corner = area.topLeft() + (seen.topLeft() - origin) * scale
        frame = QRectF(corner.x(), corner.y(), seen.width() * scale, seen.height() * scale)
        painter.setPen(QPen(self._strokes.colour("accent"), 1.4))
        painter.setBrush(self._strokes.brush("accent", 30))
        painter.drawRect(frame.intersected(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look there."""
        self._look_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Look wherever it is dragged."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Nothing more; and nothing for the canvas below."""
        event.accept()

    def _look_at(self, position: QPointF) -> None:
        area, scale = self._area()
        point = self._sheet.boundingRect().topLeft() + (position - area.topLeft()) / scale
        self._view.centerOn(point)
        self.follow()

    def _area(self) -> tuple[QRectF, float]:
        """Where the diagram is drawn in this widget, and its scale."""
        bounds = self._sheet.boundingRect()
        room = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        scale = min(room.width() / max(bounds.width(), 1.0), room.height() / max(bounds.height(), 1.0))
        area = QRectF(0.0, 0.0, bounds.width() * scale, bounds.height() * scale)
        area.moveCenter(room.center())
        return area, scale

    def _seen(self) -> QRectF:
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()


def room_enough(view: QGraphicsView) -> bool:
    """In a small view the overview would cover what it is an overview of."""
    return view.viewport().width() > 3 * WIDTH and view.viewport().height() > 3 * HEIGHT
