"""A document's text compressed for carrying in a picture, and unpacked without trusting its size."""

from __future__ import annotations

import zlib

from hvstudio.errors import FileError
from hvstudio.files.native import LARGEST_FILE_BYTES, too_large


def pack(text: str) -> bytes:
    """The text as zlib-compressed UTF-8."""
    return zlib.compress(text.encode("utf-8"), 9)


def unpack(data: bytes | memoryview, *, name: str) -> str:
    """The text again; FileError when it is damaged or would grow beyond what a document can have."""
    reader = zlib.decompressobj()
    try:
        raw = reader.decompress(data, LARGEST_FILE_BYTES + 1)
    except zlib.error:
        raise damaged(name) from None
    if len(raw) > LARGEST_FILE_BYTES:
        raise too_large(name)
    if not reader.eof:
        raise damaged(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise damaged(name) from None


def damaged(name: str) -> FileError:
    """The error for a carried document that cannot be unpacked."""
    return FileError("the document inside this picture is damaged.", where=name, hint="Use the .hvs file it came from.")
