"""The formats that can be imported: every file of this folder that declares a `FORMAT` is one."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from hvstudio.errors import FileError
from hvstudio.files import importers
from hvstudio.files.importers.format import ImportFormat

SNIFFED: Final = 4096
"""So many bytes from the beginning decide which format a file is in."""


def import_formats() -> tuple[ImportFormat, ...]:
    """Every format that this version reads, by name."""
    modules = (import_module(f"{importers.__name__}.{found.name}") for found in iter_modules(importers.__path__))
    formats = (getattr(module, "FORMAT", None) for module in modules)
    return tuple(sorted((item for item in formats if isinstance(item, ImportFormat)), key=lambda item: item.name))


def format_of(name: str, content: bytes) -> ImportFormat:
    """The format of a file: what its first bytes say, those of a format with the same ending asked first.

    Raises FileError that names the formats there are.
    """
    formats = import_formats()
    ending_first = sorted(formats, key=lambda item: not name.lower().endswith(item.endings))
    for found in ending_first:
        if found.sniff(content[:SNIFFED]):
            return found
    known = ", ".join(item.label for item in formats)
    hint = f"This version imports: {known}." if known else "This version imports no format of another tool yet."
    raise FileError("this is in no format that can be imported", where=name, hint=hint)
