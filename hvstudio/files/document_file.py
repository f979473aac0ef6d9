"""The file of a document as one value: where it is, what it was when last seen, and which version it holds."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from hvstudio.model.document import Document


class Origin(StrEnum):
    """Where the present document came from."""

    NEW = "new"
    OPENED = "opened"
    SAVED = "saved"
    EXAMPLE = "example"
    PICTURE = "picture"
    RECOVERED = "recovered"


@frozen
class Stamp:
    """What a file looked like when it was read or written: to notice that another program changed it since."""

    modified_ns: int
    size: int
    sha256: str


NEVER_SEEN: Final = Stamp(modified_ns=0, size=-1, sha256="")
"""The stamp of no file at all: whatever is on the disk is somebody else's, and the person is asked first."""


@frozen(kw_only=True, eq=False)
class DocumentFile:
    """What stands between a document and the disk. Replaced whole; two of them are the same only by identity.

    `version` is the document that the file holds; without a path, the one that needs no saving (an empty new one, an
    example). None when the file's version was never read here, as after a recovery. `writing` is the version that is
    on its way into the file: until that has ended, nobody knows which of the two the file holds.
    """

    version: Document | None = None
    path: Path | None = None
    stamp: Stamp | None = None
    origin: Origin = Origin.NEW
    source: str = ""
    """The name of the picture that the document came out of, if it did."""
    writing: Document | None = None

    def holds(self, document: Document) -> bool:
        """Whether this very version is in the file for certain, or needs none."""
        return document is self.version and self.writing in (None, document)

    def begin_writing(self, document: Document) -> DocumentFile:
        """The same file while that version is being written into it, or into another one that takes its place."""
        return evolve(self, writing=document)

    def written(self, path: Path, stamp: Stamp) -> DocumentFile:
        """The file once the version that was being written is in it."""
        return DocumentFile(version=self.writing, path=path, stamp=stamp, origin=Origin.SAVED)

    def not_written(self) -> DocumentFile:
        """The same file after the writing failed: what was in it still is."""
        return evolve(self, writing=None)

    def name_for(self, title: str) -> str:
        """What a window calls the document: its file's name, or its title and the picture that it came out of."""
        if self.path is not None:
            return self.path.name
        return f"{title} (from {self.source})" if self.source else title
