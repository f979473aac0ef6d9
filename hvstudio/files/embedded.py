"""The document inside exported pictures: what the three carriers (PNG, SVG, PDF) have in common, and their door."""

from __future__ import annotations

import re
from typing import Final

from hvstudio.files.embedded_pdf import embed_in_pdf, extract_from_pdf
from hvstudio.files.embedded_png import PNG_SIGNATURE, embed_in_png, extract_from_png
from hvstudio.files.embedded_svg import embed_in_svg, extract_from_svg

__all__ = ["embed_in_pdf", "embed_in_png", "embed_in_svg", "extract", "kind_of_export"]

# One thing before the root element at a time, in a loop: a file made to be hostile cannot send the matcher back and
# forth. Not one expression with possessive groups, which Python before 3.11.5 matches wrongly.
# Source: CPython issue 106052.
_BEFORE_ROOT: Final = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>", re.DOTALL)
_SVG_ROOT: Final = re.compile(rb"<(?:\w{1,64}:)?svg\b")
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
    if _begins_like_svg(start):
        return "SVG picture"
    return None


def _begins_like_svg(start: bytes) -> bool:
    position = 0
    while found := _BEFORE_ROOT.match(start, position):
        position = found.end()
    return _SVG_ROOT.match(start, position) is not None


def extract(data: bytes, *, name: str = "picture") -> str | None:
    """The text of the document that a picture carries, or None when it carries none.

    Raises FileError when there is one that is damaged or unreasonably large.
    """
    readers = {"PNG picture": extract_from_png, "SVG picture": extract_from_svg, "PDF file": extract_from_pdf}
    kind = kind_of_export(data)
    return None if kind is None else readers[kind](data, name=name)
