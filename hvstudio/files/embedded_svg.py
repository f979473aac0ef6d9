"""The document in an SVG: compressed and Base64 in a `<metadata>` element of a namespace of its own.

Base64 because XML cannot hold every character a text may have, and programs that rewrite an SVG change white space.
Source: W3C SVG 2, section 5.9 (the metadata element).
"""

from __future__ import annotations

import base64
import binascii
import re
import textwrap
from typing import Final

from hvstudio.errors import FileError
from hvstudio.files.packed_text import damaged, pack, unpack

NAMESPACE: Final = "urn:hvstudio:document:1"

_ROOT: Final = re.compile(rb"""<((?:[\w.-]+:)?)svg\b(?:[^>"']|"[^"]*"|'[^']*')*>""")
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_OURS: Final = re.compile(rb"<(?:[\w.-]{1,64}+:)?+embedded-document\b[^<>]{0,2000}+>([A-Za-z0-9+/=\s]*+)</")
_METADATA: Final = re.compile(rb'\n?<(?:[\w.-]+:)?metadata id="hvstudio-document">.*?metadata>', re.DOTALL)


def embed_in_svg(svg: bytes, text: str) -> bytes:
    """The same picture carrying the document, in place of one that it carried already."""
    plain = _METADATA.sub(b"", svg)
    commented = [match.span() for match in _COMMENT.finditer(plain)]
    root = next(
        (tag for tag in _ROOT.finditer(plain) if not any(start <= tag.start() < end for start, end in commented)), None
    )
    if root is None:
        raise FileError("this is not an SVG picture.")
    prefix, opening = root.group(1), root.group()
    closing = b""
    if opening.endswith(b"/>"):
        opening, closing = opening[:-2].rstrip() + b">", b"</" + prefix + b"svg>"
    return plain[: root.start()] + opening + b"\n" + _metadata(prefix, text) + closing + plain[root.end() :]


def extract_from_svg(data: bytes, *, name: str) -> str | None:
    """The text of the carried document, or None. FileError when it is damaged. No XML parser, so no XML bombs."""
    found = _OURS.search(data)
    if found is None:
        return None
    try:
        packed = base64.b64decode(b"".join(found.group(1).split()), validate=True)
    except binascii.Error:
        raise damaged(name) from None
    return unpack(packed, name=name)


def _metadata(prefix: bytes, text: str) -> bytes:
    lines = "\n".join(textwrap.wrap(base64.b64encode(pack(text)).decode("ascii"), 100))
    tag = prefix.decode("ascii") + "metadata"
    return (
        f'<{tag} id="hvstudio-document">'
        f'<hvstudio:embedded-document xmlns:hvstudio="{NAMESPACE}" encoding="zlib base64">\n'
        f"{lines}\n</hvstudio:embedded-document></{tag}>"
    ).encode("ascii")
