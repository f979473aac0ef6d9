"""The native format `*.hvs`: a document as readable JSON text, and back, checked field by field.

Format 1: `{"format": "hvstudio", "version": 1, "title", "notes", "blocks": [...]}`; JSON Schema in
`resources/schema/hvs-1.schema.json`. Fields that this version does not know are carried along unchanged.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any, Final, cast

from hvstudio.errors import FileError
from hvstudio.files import block_reader
from hvstudio.files.block_reader import Misfit
from hvstudio.files.migrations import FORMAT_VERSION, migrate
from hvstudio.files.strict_json import parse, without_surrogates
from hvstudio.model.document import Block, Document, Json

__all__ = ["FORMAT_VERSION", "LARGEST_FILE_BYTES", "from_bytes", "from_text", "model_sha256", "to_text"]

LARGEST_FILE_BYTES: Final = 64 * 2**20
"""Far above the largest document that can be worked with (100,000 blocks are about 30 MB)."""

_DOCUMENT_FIELDS: Final = frozenset({"format", "version", "title", "notes", "next_number", "blocks"})


def to_text(document: Document) -> str:
    """The document as the text of an `.hvs` file: one field per line, blocks in document order.

    Raises FileError when a value cannot be written (NaN, infinity, an object that JSON has no form for).
    """
    fields = [
        '"format": "hvstudio"',
        f'"version": {FORMAT_VERSION}',
        f'"title": {quoted(document.title)}',
        f'"notes": {quoted(document.notes)}',
    ]
    if document.next_number != block_reader.natural_next_number(document.blocks):
        fields.append(f'"next_number": {document.next_number}')
    fields += _extra_lines(document.extras, _DOCUMENT_FIELDS, indent="  ", where=document.title)
    blocks = ",\n".join(_block_text(block, document) for block in document.blocks.values())
    fields.append(f'"blocks": [\n{blocks}\n  ]' if blocks else '"blocks": []')
    text = "{\n  " + ",\n  ".join(fields) + "\n}\n"
    return without_surrogates(text)


def from_text(text: str, *, name: str = "document") -> Document:
    """Read the text of an `.hvs` file; `name` is how error messages call it.

    Raises FileError naming the line or the JSON path for anything that is not a sound document: wrong format, newer
    version, wrong types, numbers that are not finite, dangling references, blocks resting on themselves.
    """
    if len(text) > LARGEST_FILE_BYTES:
        raise too_large(name)
    raw = parse(text.removeprefix("\ufeff"), name=name)
    try:
        return _document(_migrated(raw))
    except Misfit as misfit:
        where = f"{name}, {misfit.path}" if misfit.path else name
        raise FileError(misfit.message, where=where, hint=misfit.hint) from None
    except RecursionError:
        raise FileError("lists or objects are nested far too deeply.", where=name) from None


def from_bytes(data: bytes, *, name: str) -> Document:
    """Read the bytes of an `.hvs` file; FileError also when they are not UTF-8."""
    if len(data) > LARGEST_FILE_BYTES:
        raise too_large(name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"this is not UTF-8 text (byte {error.start})."
        hint = "It is no HVStudio document, or another program saved it in another encoding."
        raise FileError(message, where=f"{name}, line {line}", hint=hint) from None
    return from_text(text, name=name)


def model_sha256(document: Document) -> str:
    """A fingerprint of the composition, the same on every computer: SHA-256 of its text."""
    return hashlib.sha256(to_text(document).encode("utf-8")).hexdigest()


def too_large(name: str) -> FileError:
    """The error for a file beyond the size limit."""
    limit = LARGEST_FILE_BYTES // 2**20
    return FileError(f"the file is larger than {limit} MiB.", where=name, hint="This is no document of HVStudio.")


def _migrated(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict) or "format" not in raw:
        raise Misfit('this is JSON but not an HVStudio document: it has no "format": "hvstudio".', path="")
    fields = cast("dict[str, Any]", raw)
    if fields["format"] != "hvstudio":
        raise Misfit('this is not an HVStudio document: "format" should be "hvstudio".', path="format")
    version = fields.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 0:
        raise Misfit("the version of the format should be a whole number.", path="version")
    if version > FORMAT_VERSION:
        message = f"the file has format version {version}; this HVStudio reads up to version {FORMAT_VERSION}."
        raise Misfit(message, path="version", hint="Open it with a newer HVStudio.")
    return migrate(fields, version)


def _document(fields: Mapping[str, Any]) -> Document:
    raw_blocks = fields.get("blocks")
    if not isinstance(raw_blocks, list):
        raise Misfit("a document needs a list of blocks.", path="blocks")
    blocks, positions = block_reader.read_blocks(cast("list[Any]", raw_blocks))
    return Document(
        title=block_reader.text(fields, "title", "Untitled"),
        notes=block_reader.text(fields, "notes", ""),
        blocks=blocks,
        positions=positions,
        next_number=block_reader.next_number(fields, blocks),
        extras=block_reader.extras(fields, _DOCUMENT_FIELDS),
    )


def _block_text(block: Block, document: Document) -> str:
    fields = [f'"id": {quoted(block.id)}', f'"kind": {quoted(block.kind)}']
    if block.product:
        fields.append(f'"product": {quoted(block.product)}')
    fields.append(f'"name": {quoted(block.name)}')
    if block.rests_on is not None:
        fields.append(f'"rests_on": {quoted(block.rests_on)}')
    if block.attached_to is not None:
        fields.append(f'"attached_to": {quoted(block.attached_to)}')
    if block.rests_on is None and (point := document.positions.get(block.id)) is not None:
        fields.append(f'"position": [{", ".join(_numbers(point, block))}]')
    if block.parameters:
        fields.append(f'"parameters": {_mapping_text(block.parameters, block)}')
    if block.suppressed:
        fields.append(f'"suppressed": {_mapping_text(block.suppressed, block)}')
    if block.extras:
        fields += _extra_lines(block.extras, block_reader.BLOCK_FIELDS, indent="      ", where=block.name)
    return "    {\n      " + ",\n      ".join(fields) + "\n    }"


def _numbers(values: Sequence[float], block: Block) -> Iterator[str]:
    for value in values:
        whole = math.isfinite(value) and float(value).is_integer() and abs(value) < 2**53
        yield _value_text(int(value) if whole else value, lambda: f"{block.name}, position")


def _mapping_text(values: Mapping[str, Any], block: Block) -> str:
    lines = [
        f"        {quoted(name)}: {_value_text(values[name], lambda name=name: f'{block.name}, {name}')}"
        for name in sorted(values)
    ]
    return "{\n" + ",\n".join(lines) + "\n      }"


def _value_text(value: Any, where: Callable[[], str]) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return repr(value)
    return _json_text(value, where(), indent=None)


def _extra_lines(extras: Mapping[str, Json], known: frozenset[str], *, indent: str, where: str) -> list[str]:
    return [
        f"{quoted(name)}: {_json_text(value, f'{where}, {name}', indent=2)}".replace("\n", "\n" + indent)
        for name, value in extras.items()
        if name not in known
    ]


def _json_text(value: Any, where: str, *, indent: int | None) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    except (ValueError, TypeError, RecursionError):
        raise FileError("this value cannot be saved.", where=where, hint="Enter a finite number or a text.") from None
