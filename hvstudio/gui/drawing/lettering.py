"""Fonts of the canvas and their measures: what fits where, cut texts, wrapped notes; all of it cached."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

FAMILIES: Final = ["Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", "DejaVu Sans", "sans-serif"]
"""Humanist sans-serifs of the common systems, first found is taken."""

_CACHE_LIMIT: Final = 20_000


class Lettering:
    """The fonts at their sizes in scene units (of signs: in pixels), and texts measured in them."""

    def __init__(self) -> None:
        self.title = canvas_font(13, QFont.Weight.DemiBold)
        self.title_plain = canvas_font(13, QFont.Weight.Normal)
        self.sign = canvas_font(10, QFont.Weight.DemiBold)
        self.small_sign = canvas_font(9, QFont.Weight.Normal)
        self.sign_tag = canvas_font(9, QFont.Weight.Bold)
        self.facts = canvas_font(11, QFont.Weight.Normal)
        self.chip = canvas_font(11, QFont.Weight.Medium)
        self.note = canvas_font(12, QFont.Weight.Normal)
        self.tag = canvas_font(10, QFont.Weight.Bold)
        self.heading = canvas_font(22, QFont.Weight.DemiBold)
        self._metrics: dict[str, QFontMetricsF] = {}
        self._widths: dict[tuple[str, str], float] = {}
        self._cut: dict[tuple[str, str, int], str] = {}
        self._wrapped: dict[tuple[str, int], tuple[str, ...]] = {}

    def metrics(self, role: str) -> QFontMetricsF:
        """The metrics of the font that has this role ("title", "facts", ...)."""
        if role not in self._metrics:
            self._metrics[role] = QFontMetricsF(getattr(self, role))
        return self._metrics[role]

    def width(self, role: str, text: str) -> float:
        """How wide a text is, in scene units."""
        key = (role, text)
        if key not in self._widths:
            _bounded(self._widths)
            self._widths[key] = self.metrics(role).horizontalAdvance(text)
        return self._widths[key]

    def cut(self, role: str, text: str, room: float) -> str:
        """The text, or its beginning with an ellipsis if it is wider than the room."""
        if self.width(role, text) <= room:
            return text
        key = (role, text, int(room))
        if key not in self._cut:
            _bounded(self._cut)
            self._cut[key] = self.metrics(role).elidedText(text, Qt.TextElideMode.ElideRight, int(room))
        return self._cut[key]

    def wrapped(self, text: str, room: float) -> tuple[str, ...]:
        """The lines of a note, broken between words; a word wider than the room is cut."""
        key = (text, int(room))
        if key not in self._wrapped:
            _bounded(self._wrapped)
            self._wrapped[key] = tuple(line for part in text.split("\n") for line in self._lines(part, room))
        return self._wrapped[key]

    def _lines(self, paragraph: str, room: float) -> list[str]:
        lines: list[str] = []
        current = ""
        for word in paragraph.split():
            longer = f"{current} {word}" if current else word
            if current and self.metrics("note").horizontalAdvance(longer) > room:
                lines.append(self.cut("note", current, room))
                longer = word
            current = longer
        return [*lines, self.cut("note", current, room)]


def canvas_font(size: int, weight: QFont.Weight) -> QFont:
    """The font of the canvas in a size (in scene units) and a weight."""
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setStyleHint(QFont.StyleHint.SansSerif)
    font.setPixelSize(size)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _bounded(cache: dict[Any, Any]) -> None:
    if len(cache) >= _CACHE_LIMIT:
        cache.clear()
