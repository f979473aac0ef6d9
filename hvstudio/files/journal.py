"""The recovery journal: what was on the canvas when the program ended without saying goodbye.

One file per document session, in a folder of the person's own. Each line is a JSON object with the whole document
and a checksum, and is on the disk before `record` returns. The file is locked while its session lives, so that no
other window takes it for an orphan; where locks do not work, the owner's process id decides.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from attrs import asdict, frozen
from filelock import lock_descriptor, unlock_descriptor

from hvstudio.errors import FileError
from hvstudio.files.document_file import NEVER_SEEN, DocumentFile, Origin, Stamp
from hvstudio.files.native import LARGEST_FILE_BYTES, from_text, to_text
from hvstudio.model.document import Document

SUFFIX: Final = ".journal"
_UNREADABLE: Final = ".unreadable"
_KEPT_ENTRIES: Final = 8
"""After so many entries a session goes on in a new file that holds the last one only."""
_LARGEST_JOURNAL_BYTES: Final = 2 * (_KEPT_ENTRIES + 1) * LARGEST_FILE_BYTES
_LATEST_TIME: Final = 4e9
"""The year 2096; every system's calendar can show what lies before."""
_FRESH_S: Final = 60.0
"""An empty file younger than this may belong to a session that is just beginning."""

_LOG: Final = logging.getLogger(__name__)


@frozen(kw_only=True)
class Recovered:
    """A document found in an orphaned journal, with the file that it belongs to as its session last saw it.

    `sha256` is that of the document's text: a file with the same one holds this version already.
    """

    document: Document
    file: DocumentFile
    sha256: str
    saved_at: float
    journal: Path

    def discard(self) -> None:
        """Forget it for good: after it was saved, or because the person said so."""
        with contextlib.suppress(OSError):
            self.journal.unlink()


class Journal:
    """The journal of one open document. Not to be shared between threads without a lock of the caller's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path: Path | None = None
        self._descriptor = -1
        self._entries = 0

    @property
    def path(self) -> Path | None:
        """The present file; None as long as nothing is recorded."""
        return self._path

    def record(self, document: Document, *, file: DocumentFile | None = None) -> None:
        """Put the document on the disk, with what was last seen of the file that it belongs to, if it has one.

        Raises FileError when the disk does not take it; what was recorded before stays.
        """
        line = _entry(document, file or DocumentFile())
        try:
            if self._path is None or self._entries >= _KEPT_ENTRIES:
                self._begin(line)
            else:
                self._append(line)
        except OSError as error:
            hint = "If the program stops now, the latest changes are lost: save the document."
            message = f"no recovery copy could be written: {error.strerror or error}."
            raise FileError(message, where=str(self._folder), hint=hint) from error

    def adopt(self, found: Recovered) -> None:
        """Make a recovered document this session's own, and only then forget the orphan."""
        self.record(found.document, file=found.file)
        found.discard()

    def drop(self) -> None:
        """Remove the journal: the document was saved, or the person discarded it. A later `record` begins anew."""
        path = self._path
        self.close()
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink()

    def close(self) -> None:
        """Let go of the file and leave it for recovery."""
        if self._descriptor >= 0:
            _unlock(self._descriptor)
            os.close(self._descriptor)
        self._path, self._descriptor, self._entries = None, -1, 0

    def _begin(self, line: bytes) -> None:
        """Start a file with this entry, then remove the one before: at every moment there is one to recover from."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{os.getpid()}-{secrets.token_hex(8)}{SUFFIX}"
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with contextlib.suppress(OSError):  # a file system without locks: the process id in the name decides
                lock_descriptor(descriptor, blocking=False)
            _write(descriptor, line)
        except BaseException:
            os.close(descriptor)
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        self.drop()
        self._path, self._descriptor, self._entries = path, descriptor, 1

    def _append(self, line: bytes) -> None:
        end = os.lseek(self._descriptor, 0, os.SEEK_END)
        try:
            _write(self._descriptor, line)
        except OSError:
            with contextlib.suppress(OSError):  # no half lines in front of the next entry
                os.ftruncate(self._descriptor, end)
            raise
        self._entries += 1


def recoverable(folder: Path) -> tuple[Recovered, ...]:
    """What orphaned journals hold, the latest first. Journals that cannot be read are set aside; never fails."""
    found: list[Recovered] = []
    try:
        paths = sorted(folder.glob(f"*{SUFFIX}"))
    except OSError as error:
        _LOG.warning("recovery journals in %s cannot be listed: %s", folder, error)
        return ()
    for path in paths:
        try:
            recovered = _recovered(path)
        except (OSError, ValueError) as error:
            _LOG.warning("the recovery journal %s cannot be read: %s", path.name, error)
            continue
        if recovered is not None:
            found.append(recovered)
    return tuple(sorted(found, key=lambda item: item.saved_at, reverse=True))


def _recovered(path: Path) -> Recovered | None:
    """The last whole entry of an orphan; None for a living session's journal, and for one with nothing whole in it."""
    with path.open("rb+") as stream:
        if not _is_orphan(path, stream.fileno()):
            return None
        data = stream.read(_LARGEST_JOURNAL_BYTES)
        age_s = time.time() - os.fstat(stream.fileno()).st_mtime
        _unlock(stream.fileno())
    for line in reversed(data.split(b"\n")):
        recovered = _entry_in(line, path) if line else None
        if recovered is not None:
            return recovered
    if data or age_s > _FRESH_S:
        _set_aside(path, is_empty=not data)
    return None


def _is_orphan(path: Path, descriptor: int) -> bool:
    try:
        return lock_descriptor(descriptor, blocking=False)
    except OSError:  # a file system without locks, which Windows does not have
        pid = path.name.partition("-")[0]
        return not (pid.isdigit() and sys.platform != "win32" and _is_process_alive(int(pid)))


def _is_process_alive(pid: int) -> bool:
    """Whether a process of this id exists; in doubt it does."""
    try:
        os.kill(pid, 0)  # asks only
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _unlock(descriptor: int) -> None:
    with contextlib.suppress(OSError):  # there was none, or the file system knows none
        unlock_descriptor(descriptor)


def _entry(document: Document, file: DocumentFile) -> bytes:
    text = to_text(document)
    fields = {
        "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(),
        "pid": os.getpid(),
        "saved_at": time.time(),
        "original": os.path.abspath(file.path) if file.path else "",
        "stamp": None if file.stamp is None else asdict(file.stamp),
        "source": file.source,
        "text": text,
    }
    return json.dumps(fields).encode("ascii") + b"\n"


def _entry_in(line: bytes, path: Path) -> Recovered | None:
    try:
        raw: Any = json.loads(line)
        if not isinstance(raw, dict):
            return None
        fields = cast("dict[str, Any]", raw)
        text, saved_at = fields.get("text"), fields.get("saved_at", 0.0)
        if not isinstance(text, str) or not isinstance(saved_at, (int, float)):
            return None
        sha256 = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        if sha256 != fields.get("sha256"):
            return None
        document = from_text(text, name="recovery copy")
        sensible = float(saved_at) if 0 <= saved_at <= _LATEST_TIME else 0.0
        return Recovered(document=document, file=_file_in(fields), sha256=sha256, saved_at=sensible, journal=path)
    except (ValueError, RecursionError, OverflowError, FileError):
        return None


def _file_in(fields: dict[str, Any]) -> DocumentFile:
    """What the session knew of the file; where it did not say what it had seen of it, that is nothing."""
    original, source = fields.get("original"), fields.get("source")
    path = Path(original) if isinstance(original, str) and original else None
    return DocumentFile(
        path=path,
        stamp=None if path is None else _stamp_in(fields.get("stamp")),
        origin=Origin.RECOVERED,
        source=source if isinstance(source, str) else "",
    )


def _stamp_in(raw: Any) -> Stamp:
    if not isinstance(raw, dict):
        return NEVER_SEEN
    found = cast("dict[str, Any]", raw)
    modified_ns, size, sha256 = found.get("modified_ns"), found.get("size"), found.get("sha256")
    if not isinstance(modified_ns, int) or not isinstance(size, int) or not isinstance(sha256, str):
        return NEVER_SEEN
    return Stamp(modified_ns=modified_ns, size=size, sha256=sha256)


def _set_aside(path: Path, *, is_empty: bool) -> None:
    """Keep what cannot be read for a person to look at, but out of the way; what is empty is removed."""
    attempt: Callable[[], object] = path.unlink if is_empty else lambda: path.rename(path.with_suffix(_UNREADABLE))
    with contextlib.suppress(OSError):
        attempt()
    if not is_empty:
        _LOG.warning("the recovery journal %s cannot be read and was set aside", path.name)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = os.write(descriptor, rest)
        if written == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[written:]
    os.fsync(descriptor)
