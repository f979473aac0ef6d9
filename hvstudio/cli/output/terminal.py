"""Text for a terminal: nothing in it steers the terminal, and columns stand under one another in every script."""

from __future__ import annotations

import unicodedata
from typing import Final

_REORDERING: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows. Source: Unicode Standard Annex #9."""
_WIDE: Final = ("W", "F")
_NO_WIDTH: Final = ("Mn", "Me", "Cf")


def harmless(text: str) -> str:
    """The text with a mark in place of what would steer the terminal: escapes, bells, turns of direction.

    A document comes from anybody; its names must not recolour, retitle or reorder a terminal.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join("�" if _steers(character) else character for character in text)


def on_one_line(text: str, limit: int = 0) -> str:
    """The text without line breaks and tabs, cut to `limit` columns where one is given."""
    flat = harmless(" ".join(text.split()))
    if limit and columns(flat) > limit:
        while columns(flat) >= limit:
            flat = flat[:-1]
        return flat + "…"
    return flat


def columns(text: str) -> int:
    """How many columns a terminal gives the text. Source: Unicode Standard Annex #11, East Asian Width."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _steers(character: str) -> bool:
    return character in _REORDERING or (unicodedata.category(character) == "Cc" and character not in "\n\t")
