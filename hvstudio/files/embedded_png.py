"""The document in a PNG: an `iTXt` chunk that viewers ignore and image programs usually keep.

Source: W3C PNG Specification (Third Edition), sections 5 (chunks, CRC) and 11.3.3.4 (iTXt).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from hvstudio.errors import FileError
from hvstudio.files.packed_text import damaged, pack, unpack

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEYWORD: Final = b"hvstudio-document"
_MOST_CHUNKS: Final = 1_000_000
"""A picture of 32,767 x 32,767 pixels in chunks of 8 KiB has half as many."""


def embed_in_png(png: bytes, text: str) -> bytes:
    """The same picture carrying the document, in place of one that it carried already."""
    chunks = list(_chunks(png, "picture"))
    if not chunks or chunks[-1][0] != b"IEND":
        raise FileError("this is not a whole PNG picture.")
    kept = [png[start:end] for kind, start, end in chunks[:-1] if not _is_ours(kind, png[start + 8 : end - 4])]
    # keyword NUL, compressed, zlib, no language tag, no translated keyword
    content = _KEYWORD + b"\0\x01\0\0\0" + pack(text)
    last_start, last_end = chunks[-1][1:]
    return b"".join([PNG_SIGNATURE, *kept, _chunk(b"iTXt", content), png[last_start:last_end]])


def extract_from_png(data: bytes, *, name: str) -> str | None:
    """The text of the carried document, or None. FileError when it is damaged."""
    for kind, start, end in _chunks(data, name):
        content = data[start + 8 : end - 4] if kind == b"iTXt" else b""
        if not _is_ours(kind, content):
            continue
        if zlib.crc32(data[start + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise damaged(name)
        return _text_of(content, name)
    return None


def _text_of(content: bytes, name: str) -> str:
    flags, rest = content[len(_KEYWORD) + 1 : len(_KEYWORD) + 3], content[len(_KEYWORD) + 3 :]
    parts = rest.split(b"\0", 2)  # language tag, translated keyword, text
    if len(parts) != 3:
        raise damaged(name)
    if flags[:1] == b"\x01":
        return unpack(parts[2], name=name)
    try:
        return parts[2].decode("utf-8")
    except UnicodeDecodeError:
        raise damaged(name) from None


def _is_ours(kind: bytes, content: bytes) -> bool:
    return kind == b"iTXt" and content.startswith(_KEYWORD + b"\0")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each chunk, length field and CRC included."""
    if not data.startswith(PNG_SIGNATURE):
        raise FileError("this is not a PNG picture.", where=name)
    start = len(PNG_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        if start + 12 > len(data):
            break
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        if end > len(data):
            break
        kind = data[start + 4 : start + 8]
        yield kind, start, end
        if kind == b"IEND":
            return
        start = end
    raise FileError("the picture ends too early.", where=name, hint="It was cut off on its way; get it again.")
