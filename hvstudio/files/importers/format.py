"""A format of another tool: how a file in it is known, and the document that it becomes."""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen

from hvstudio.model.document import Document


@frozen(kw_only=True)
class Imported:
    """What was read: the composition, and what it leaves out or had to assume, a sentence each."""

    document: Document
    remarks: tuple[str, ...] = ()


@frozen(kw_only=True)
class ImportFormat:
    """One format. `endings` are those of its usual file names, with the point and in small letters.

    `sniff` says from the first kilobytes whether a file is in it; `read` takes the whole content and the name of the
    source, for messages, and raises FileError for what it cannot read.
    """

    name: str
    label: str
    endings: tuple[str, ...]
    sniff: Callable[[bytes], bool] = field(repr=False)
    read: Callable[[bytes, str], Imported] = field(repr=False)
