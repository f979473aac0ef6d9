"""Icons: the studio's own line drawings, tinted with the theme's colours when they are loaded."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from hvstudio.catalog.declaration import Kind
from hvstudio.errors import HVStudioError
from hvstudio.gui.look.theme import Theme, block_colour, outline_of
from hvstudio.resources import read_text

_SIZES: Final = (16, 24, 32, 48)

_MARKS: Final = {"error": "error", "warning": "warning", "note-mark": "note", "success": "success"}
"""Icons that carry a meaning by their colour, and the token of it."""


def icon(name: str, theme: Theme, *, colour: str = "") -> QIcon:
    """The icon of an action; drawn in `colour` (a token), or in the colour of quiet lettering; marks of severity are
    drawn in theirs. An unknown name gives an empty icon: a plug-in without a drawing is no reason to stop.
    """
    try:
        drawing = read_text(f"icons/{name}.svg")
    except HVStudioError:
        return QIcon()
    token = colour or _MARKS.get(name, "text-muted")
    result = QIcon()
    for mode, shade in (
        (QIcon.Mode.Normal, theme.colour(token)),
        (QIcon.Mode.Disabled, theme.colour("text-disabled")),
    ):
        renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", shade).encode()))
        for size in _SIZES:
            result.addPixmap(_drawn(renderer, size), mode)
    return result


def kind_icon(kind: Kind, theme: Theme) -> QIcon:
    """The icon of a kind of block, in the colour of its outline."""
    return icon(kind.icon, theme, colour=outline_of(block_colour(kind.colour)))


def pixmap(name: str, theme: Theme, size: int, *, colour: str = "", ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of `size` logical pixels."""
    return icon(name, theme, colour=colour).pixmap(QSize(size, size), ratio)


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture
