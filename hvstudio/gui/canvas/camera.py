"""What part of the canvas is seen: zooming, panning, fitting, centring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsView

from hvstudio.model.geometry import Rect

SMALLEST_SCALE: Final = 0.02
LARGEST_SCALE: Final = 5.0
ZOOM_STEP: Final = 1.2
"""One step of the wheel or of a zoom key."""
FIT_MARGIN: Final = 32.0
FIT_LARGEST: Final = 1.25
"""Fitting a small diagram does not blow it up."""
_READABLE: Final = 0.6
_LEGIBLE: Final = 0.25
"""From here on blocks bear their names."""
_READING: Final = 0.8
_EDGE: Final = 40
"""Dragging so near to the edge of the view, in pixels, scrolls."""


class Camera:
    """Moves one view; `told` is called with every new scale."""

    def __init__(self, view: QGraphicsView, told: Callable[[float], None]) -> None:
        self._view = view
        self._told = told
        self._was_inside = False

    @property
    def scale(self) -> float:
        """Device-independent pixels for one scene unit."""
        return self._view.transform().m11()

    def set_scale(self, scale: float) -> None:
        """An exact scale, within the limits; the caller decides what stays in place."""
        scale = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        if scale != self.scale:
            self._view.resetTransform()
            self._view.scale(scale, scale)
            self._told(scale)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom so that what is at a point of the view (its middle, if none is given) stays there."""
        anchor = at if at is not None else QPointF(self._view.viewport().rect().center())
        kept = self._view.mapToScene(anchor.toPoint())
        self.set_scale(self.scale * factor)
        self.scroll(anchor.toPoint() - self._view.mapFromScene(kept))

    def scroll(self, moved: QPoint) -> None:
        """Move the diagram by so many pixels."""
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - moved.x())
        down.setValue(down.value() - moved.y())

    def start_dragging(self) -> None:
        """Something is dragged from now on; coming in over an edge scrolls nothing yet."""
        self._was_inside = False

    def scroll_at_edge(self, position: QPoint) -> None:
        """Scroll when something that was farther inside is dragged near the edge of the view."""
        whole = self._view.viewport().rect()
        room = whole.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        self._was_inside = self._was_inside or room.contains(position)
        if not self._was_inside or not whole.contains(position):
            return
        across = min(position.x() - room.left(), 0) + max(position.x() - room.right(), 0)
        down = min(position.y() - room.top(), 0) + max(position.y() - room.bottom(), 0)
        if across or down:
            self.scroll(QPoint(-across // 3, -down // 3))

    def fit(self, bounds: Rect) -> None:
        """Show all of a rectangle."""
        if bounds.width <= 0 or bounds.height <= 0:
            self.set_scale(1.0)
            self._view.centerOn(0.0, 0.0)
            return
        room = self._view.viewport().size()
        across = (room.width() - 2 * FIT_MARGIN) / bounds.width
        down = (room.height() - 2 * FIT_MARGIN) / bounds.height
        self.set_scale(min(across, down, FIT_LARGEST))
        self._view.centerOn(bounds.x + bounds.width / 2, bounds.y + bounds.height / 2)

    def centre_on(self, rect: Rect) -> None:
        """Bring a rectangle to the middle, near enough to be read."""
        if self.scale < _READABLE:
            self.set_scale(_READING)
        self._view.centerOn(rect.x + rect.width / 2, rect.y + rect.height / 2)

    def reveal(self, rect: Rect) -> None:
        """Move nothing if a rectangle is in the view and large enough; otherwise as little as needed."""
        if self.scale < _LEGIBLE:
            self.centre_on(rect)
        elif not self.sees(rect):
            margin = round(FIT_MARGIN)
            self._view.ensureVisible(rect.x, rect.y, rect.width, rect.height, margin, margin)

    def sees(self, rect: Rect) -> bool:
        """Whether all of a rectangle is in the view."""
        seen = self._view.mapToScene(self._view.viewport().rect()).boundingRect()
        return bool(seen.contains(QRectF(rect.x, rect.y, rect.width, rect.height)))

    def stay_with(self, bounds: Rect) -> None:
        """Go on seeing everything after the diagram has grown: move as little as possible, go back if it must be."""
        if self.sees(bounds):
            return
        room = self._view.viewport().size()
        needed = min(
            (room.width() - 2 * FIT_MARGIN) / max(bounds.width, 1.0),
            (room.height() - 2 * FIT_MARGIN) / max(bounds.height, 1.0),
        )
        if needed < self.scale:
            self.fit(bounds)
        else:
            margin = round(FIT_MARGIN)
            self._view.ensureVisible(bounds.x, bounds.y, bounds.width, bounds.height, margin, margin)

    def keep_in_sight(self, rect: Rect) -> None:
        """Centre on a rectangle only if it is not seen."""
        seen = self._view.mapToScene(self._view.viewport().rect()).boundingRect()
        if not seen.contains(QRectF(rect.x, rect.y, min(rect.width, seen.width() * 0.8), rect.height)):
            self._view.centerOn(rect.x + rect.width / 2, rect.y + rect.height / 2)
