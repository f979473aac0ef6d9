"""The document in a PDF: an attached file, appended as an incremental update that leaves every other byte alone.

Source: ISO 32000-1:2008, 7.5.4 (cross-reference table), 7.5.6 (incremental updates), 7.11.4 (embedded file streams).
"""

from __future__ import annotations

import re
from typing import Final

from hvstudio.errors import FileError
from hvstudio.files.packed_text import damaged, pack, unpack

_MARK: Final = b"/HVStudioDocument"
_MOST_MARKS: Final = 16
"""A text on the page may name the mark as well; a file full of it is up to no good."""
_STREAM: Final = re.compile(rb"/HVStudioDocument\b(?:(?!endobj|stream).){0,4000}?>>\s{0,8}stream\r?\n", re.DOTALL)
_OUR_FILES: Final = re.compile(rb" /EmbeddedFiles << /Names \[\(document\.hvs\) \d+ 0 R\] >> ")
_OUR_NAMES: Final = re.compile(rb" /Names << /EmbeddedFiles << /Names \[\(document\.hvs\) \d+ 0 R\] >> >> ")
_NAMES_REFERENCE: Final = re.compile(rb"/Names\s+(\d+)\s+(\d+)\s+R")
_PREVIOUS: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
_ROOT: Final = re.compile(rb"/Root\s+(\d+)\s+(\d+)\s+R")
_SIZE: Final = re.compile(rb"/Size\s+(\d+)")
_INFO: Final = re.compile(rb"/Info\s+\d+\s+\d+\s+R")
_IDENTITY: Final = re.compile(rb"/ID\s*\[[^\]]*\]")


def embed_in_pdf(pdf: bytes, text: str) -> bytes:
    """The same file carrying the document as an attachment. FileError when the file's structure is not understood."""
    previous = list(_PREVIOUS.finditer(pdf))
    trailer_start = pdf.rfind(b"trailer")
    if not pdf.startswith(b"%PDF-") or not previous or trailer_start < 0:
        raise FileError("this PDF file has no cross-reference table to add to.")
    trailer = pdf[trailer_start : previous[-1].start()]
    root, size = _ROOT.search(trailer), _SIZE.search(trailer)
    catalog = None if root is None else _last_object(pdf, root.group(1), root.group(2))
    if root is None or size is None or catalog is None:
        raise FileError("the catalogue of this PDF file cannot be found.")
    first = int(size.group(1))
    place = (int(root.group(1)), int(root.group(2)))
    objects = [
        _naming_object(pdf, place, catalog=catalog, specification=first + 1),
        (first, 0, _file_stream(text)),
        (first + 1, 0, _file_specification(first)),
    ]
    carried = b" ".join(match.group() for match in (_INFO.search(trailer), _IDENTITY.search(trailer)) if match)
    entries = b"/Size %d %s /Prev %s %s" % (first + 2, root.group(), previous[-1].group(1), carried)
    return _appended(pdf, objects, trailer_entries=entries)


def extract_from_pdf(data: bytes, *, name: str) -> str | None:
    """The text of the carried document (the last one, after later updates), or None. FileError when damaged."""
    mark = data.rfind(_MARK)
    if mark < 0:
        return None
    for _ in range(_MOST_MARKS):
        found = _STREAM.match(data, mark)
        if found is not None:
            return unpack(memoryview(data)[found.end() :], name=name)
        mark = data.rfind(_MARK, 0, mark)
        if mark < 0:
            break
    raise damaged(name)


def _file_stream(text: str) -> bytes:
    packed = pack(text)
    head = (
        b"<< /Type /EmbeddedFile /Subtype /application#2Fjson /Filter /FlateDecode /Length %d /Params << /Size %d >> "
    )
    sizes = (len(packed), len(text.encode("utf-8")))
    return head % sizes + _MARK + b" 1 >>\nstream\n" + packed + b"\nendstream"


def _file_specification(stream_number: int) -> bytes:
    name = b"(document.hvs)"
    return (
        b"<< /Type /Filespec /F %s /UF %s /Desc (The HVStudio document of this diagram) /EF << /F %d 0 R >> "
        b"/AFRelationship /Source >>" % (name, name, stream_number)
    )


def _naming_object(pdf: bytes, place: tuple[int, int], *, catalog: bytes, specification: int) -> tuple[int, int, bytes]:
    """The catalogue, or the dictionary of names that it refers to, naming the attachment.

    Where a file has names of its own in a form not expected here, they stay, and only our reader finds the document.
    """
    entry = b" /EmbeddedFiles << /Names [(document.hvs) %d 0 R] >> " % specification
    catalog = _OUR_NAMES.sub(b"", catalog)
    referred = _NAMES_REFERENCE.search(catalog)
    if referred is not None:
        names = _last_object(pdf, referred.group(1), referred.group(2))
        names = None if names is None else _OUR_FILES.sub(b"", names)
        if names is not None and b"/EmbeddedFiles" not in names:
            return int(referred.group(1)), int(referred.group(2)), _with_entry(names, entry)
    if b"/Names" in catalog:
        return (*place, catalog)
    return (*place, _with_entry(catalog, b" /Names <<" + entry + b">> "))


def _with_entry(dictionary: bytes, entry: bytes) -> bytes:
    end = dictionary.rindex(b">>")
    return dictionary[:end] + entry + dictionary[end:]


def _last_object(pdf: bytes, number: bytes, generation: bytes) -> bytes | None:
    pattern = re.compile(rb"(?<!\d)" + number + rb"\s+" + generation + rb"\s+obj\b(.{0,65536}?)endobj", re.DOTALL)
    found = pattern.findall(pdf)
    return found[-1].strip() if found and b">>" in found[-1] else None


def _appended(pdf: bytes, objects: list[tuple[int, int, bytes]], *, trailer_entries: bytes) -> bytes:
    parts = [pdf if pdf.endswith(b"\n") else pdf + b"\n"]
    position = len(parts[0])
    table = [b"xref\n0 1\n0000000000 65535 f \n"]
    for number, generation, body in objects:
        whole = b"%d %d obj\n" % (number, generation) + body + b"\nendobj\n"
        table.append(b"%d 1\n%010d %05d n \n" % (number, position, generation))
        parts.append(whole)
        position += len(whole)
    ending = b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer_entries, position)
    return b"".join([*parts, *table, ending])
