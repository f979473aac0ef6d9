"""The document inside exported pictures: what the three carriers (PNG, SVG, PDF) have in common, and their door."""

from __future__ import annotations

import re
from typing import Final

from hvstudio.files.embedded_pdf import embed_in_pdf, extract_from_pdf
from hvstudio.files.embedded_png import PNG_SIGNATURE, embed_in_png, extract_from_png
from hvstudio.files.embedded_svg import embed_in_svg, extract_from_svg

__all__ = ["embed_in_pdf", "embed_in_png", "embed_in_svg", "extract", "kind_of_export"]

# Possessive throughout: a file made to be hostile cannot send the matcher back and forth.
_SVG_START: Final = re.compile(
    rb"(?:\s++|<\?(?:(?!\?>).)*+\?>|<!--(?:(?!-->).)*+-->|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?>)*+<(?:\w++:)?+svg\b",
    re.DOTALL,
)
_WORTH_SEARCHING: Final = 65536


def kind_of_export(data: bytes) -> str | None:
    """Which kind of picture the bytes are ("PNG picture", ...), by their beginning; None for anything else."""
    if data.startswith(PNG_SIGNATURE):
        return "PNG picture"
    start = data[:_WORTH_SEARCHING].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):  # JSON, whatever its texts contain
        return None
    if b"%PDF-" in start[:1024]:
        return "PDF file"
    if _SVG_START.match(start):
        return "SVG picture"
    return None


def extract(data: bytes, *, name: str = "picture") -> str | None:
    """The text of the document that a picture carries, or None when it carries none.

    Raises FileError when there is one that is damaged or unreasonably large.
    """
    readers = {"PNG picture": extract_from_png, "SVG picture": extract_from_svg, "PDF file": extract_from_pdf}
    kind = kind_of_export(data)
    return None if kind is None else readers[kind](data, name=name)
