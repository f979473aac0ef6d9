"""Loading and saving on disk, so that at every moment a whole document is there: the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import secrets
import shutil
import stat
import time
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO, Final

from attrs import frozen

from hvstudio.errors import FileError
from hvstudio.files.document_file import Stamp
from hvstudio.files.embedded import extract, kind_of_export
from hvstudio.files.native import LARGEST_FILE_BYTES, from_bytes, from_text, to_text, too_large
from hvstudio.model.document import Document

LARGEST_EXPORT_BYTES: Final = 512 * 2**20
"""A picture may be far larger than the document inside it (PNG at 8x)."""

EXPORT_SUFFIXES: Final = frozenset({".png", ".svg", ".pdf"})

_LEFTOVER_AGE_S: Final = 24 * 3600.0

_LOG: Final = logging.getLogger(__name__)
_BINARY: Final = getattr(os, "O_BINARY", 0)


class FileChanged(FileError):  # noqa: N818  (says what happened, as its message does)
    """The file on disk is no longer the one that was loaded or saved last; nothing was written.

    The caller asks the person: overwrite it (`save` without `expected`), save under another name, or load it again.
    """


@frozen(kw_only=True)
class Loaded:
    """A document with the stamp of its file; `is_export` when it came out of a picture and needs a name of its own."""

    document: Document
    stamp: Stamp
    is_export: bool


def load(path: str | os.PathLike[str]) -> Document:
    """The document in an `.hvs` file, or in a PNG, SVG or PDF that HVStudio exported. Raises FileError."""
    return load_with_stamp(path).document


def load_with_stamp(path: str | os.PathLike[str]) -> Loaded:
    """Like `load`, with what is needed to notice later that the file changed on disk."""
    file = Path(path)
    data, modified_ns = _read(file)
    stamp = Stamp(modified_ns=modified_ns, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    name = file.name or str(file)
    try:
        document, is_export = document_in(data, name=name)
    except FileError as error:
        backup = _backup_of(file)
        if backup.is_file():
            hint = f"{error.hint} The version before is in “{backup.name}”.".strip()
            raise FileError(error.message, where=error.where, hint=hint) from error
        raise
    return Loaded(document=document, stamp=stamp, is_export=is_export)


def content_of(path: str | os.PathLike[str]) -> bytes:
    """The whole content of a file. Raises FileError that says what is in the way."""
    return _read(Path(path))[0]


def document_in(data: bytes, *, name: str) -> tuple[Document, bool]:
    """The document in the bytes of a file, and whether they were a picture that carries it."""
    export = kind_of_export(data)
    if export is None:
        return from_bytes(data, name=name), False
    text = extract(data, name=name)
    if text is None:
        message = f"this {export} holds no HVStudio document."
        hint = "Another program made it, or the document was stripped; only pictures exported by HVStudio open again."
        raise FileError(message, where=name, hint=hint)
    return from_text(text, name=name), True


def save(document: Document, path: str | os.PathLike[str], *, expected: Stamp | None = None) -> Stamp:
    """Write the document to `path` atomically and give the stamp of what was written.

    The text is parsed to be sure that it opens again, goes to a new file beside the old one, is flushed to the disk,
    read back and compared; the file that was there becomes `name.bak`; then the new one takes its place. A link stays
    a link. When anything fails the old file is whole and FileError says what to do. With `expected`, FileChanged when
    the file is not the one of that stamp.
    """
    shown = Path(path)
    if shown.suffix.lower() in EXPORT_SUFFIXES:
        raise FileError("a document is saved as .hvs; pictures are exported.", where=shown.name, hint="Use Export.")
    data = _readable_text(document, shown.name).encode("utf-8")
    with _explained(shown):
        target = Path(os.path.realpath(shown))
        _refuse_unwritable(target, shown)
        if expected is not None and changed_on_disk(target, expected):
            hint = "Save under another name, load it again, or overwrite it."
            raise FileChanged("another program changed the file since it was opened.", where=shown.name, hint=hint)
        write_atomically(target, data, keep_backup=True)
        modified_ns = target.stat().st_mtime_ns
    return Stamp(modified_ns=modified_ns, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _readable_text(document: Document, name: str) -> str:
    """The document's text, once it is sure that it can be opened again and is then the same document."""
    text = to_text(document)
    try:
        if to_text(from_text(text, name=name)) == text:
            return text
        message = "it would not be the same document when opened again."
    except FileError as error:
        message = f"it could not be opened again: {error.message}"
    raise FileError(f"was not saved: {message}", where=name, hint="Undo the latest change and save again.")


def changed_on_disk(path: str | os.PathLike[str], stamp: Stamp) -> bool:
    """Whether the file is another one than the stamp tells; a file that is gone counts as changed."""
    try:
        status = os.stat(path)
        if status.st_size == stamp.size and status.st_mtime_ns == stamp.modified_ns:
            return False
        return status.st_size != stamp.size or hashlib.sha256(Path(path).read_bytes()).hexdigest() != stamp.sha256
    except OSError:
        return True


def holds_text(path: str | os.PathLike[str], *, sha256: str) -> bool:
    """Whether the file can be read and holds exactly the document's text with this SHA-256."""
    try:
        data, _ = _read(Path(path))
    except FileError:
        return False
    return hashlib.sha256(data).hexdigest() == sha256


def write_atomically(target: Path, data: bytes, *, keep_backup: bool = False) -> None:
    """Put `data` at `target` in one step: a new file, flushed, read back, renamed over it. Raises FileError.

    A link stays a link; what is no file (`/dev/stdout`, a pipe) is simply written to.
    """
    with _explained(target):
        if target.exists() and not target.is_file() and not target.is_dir():
            target.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(target)), data, keep_backup=keep_backup)


def _replace(target: Path, data: bytes, *, keep_backup: bool) -> None:
    temporary = target.parent / f".hvs-{os.getpid()}-{secrets.token_hex(6)}.tmp"
    try:
        _write_new(temporary, data)
        if temporary.read_bytes() != data:
            raise OSError(errno.EIO, "what was written reads back differently", str(target))
        if target.exists():
            _copy_mode(target, temporary)
            if keep_backup:
                _keep_backup(target)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _flush_folder(target.parent)
    _remove_leftovers(target.parent)


def _remove_leftovers(folder: Path) -> None:
    """Remove what a save left behind that was killed half way, long enough ago to be sure."""
    with contextlib.suppress(OSError):
        for leftover in folder.glob(".hvs-*.tmp"):
            with contextlib.suppress(OSError):
                if time.time() - leftover.stat().st_mtime > _LEFTOVER_AGE_S:
                    leftover.unlink()


def _read(file: Path) -> tuple[bytes, int]:
    with _explained(file, reading=True):
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "this is a folder" if stat.S_ISDIR(status.st_mode) else "this is not a regular file"
            raise FileError(f"{what}, not a document.", where=str(file), hint="Choose an .hvs file.")
        with file.open("rb") as stream:
            return read_bounded(stream, name=file.name), status.st_mtime_ns


def read_bounded(stream: BinaryIO, *, name: str) -> bytes:
    """All bytes of a stream, but never more than a document or a picture can have."""
    data = stream.read(LARGEST_FILE_BYTES + 1)
    if len(data) > LARGEST_FILE_BYTES:
        if kind_of_export(data) is None:
            raise too_large(name)
        data += stream.read(LARGEST_EXPORT_BYTES - len(data) + 1)
        if len(data) > LARGEST_EXPORT_BYTES:
            raise too_large(name)
    return data


def _write_new(file: Path, data: bytes) -> None:
    """Create the file with the person's usual permissions, write it all, and have the disk confirm."""
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_unwritable(target: Path, shown: Path) -> None:
    if target.is_dir():
        raise FileError("this is a folder.", where=str(shown), hint="Choose a file name.")
    if target.exists() and not os.access(target, os.W_OK):
        raise FileError("the file is read-only.", where=shown.name, hint="Save under another name.")


def _copy_mode(source: Path, target: Path) -> None:
    with contextlib.suppress(OSError):  # a file system without permissions loses nothing
        target.chmod(stat.S_IMODE(source.stat().st_mode))


def _keep_backup(target: Path) -> None:
    """Make the present file `name.bak` as well, while it stays in its place; a failure costs the backup only."""
    backup = _backup_of(target)
    interim = target.parent / f".hvs-{os.getpid()}-{secrets.token_hex(6)}.bak"
    try:
        try:
            os.link(target, interim)
        except OSError:  # no hard links on this file system
            shutil.copy2(target, interim)
        os.replace(interim, backup)
    except OSError as error:
        _LOG.warning("no backup of %s was kept: %s", target, error)
        with contextlib.suppress(OSError):
            interim.unlink()


def _flush_folder(folder: Path) -> None:
    """Have the disk confirm the rename; the data is safe already, so a system that cannot is no failure."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_REASONS: Final[dict[int, tuple[str, str]]] = {
    errno.ENOENT: ("there is no such file or folder.", "Check the name."),
    errno.ENOTDIR: ("part of this path is not a folder.", "Check the name."),
    errno.EACCES: ("permission was refused.", "Choose another folder or ask for the right to it."),
    errno.EPERM: ("permission was refused.", "Choose another folder or ask for the right to it."),
    errno.EROFS: ("this disk is read-only.", "Save in another folder."),
    errno.ENOSPC: ("the disk is full.", "Free some space or save on another disk."),
    errno.EDQUOT: ("your space on this disk is used up.", "Free some space or save on another disk."),
    errno.EFBIG: ("the file is larger than this disk allows.", "Save on another disk."),
    errno.EIO: ("the disk reports an error.", "Save on another disk and check this one."),
    errno.ENAMETOOLONG: ("this name is too long.", "Choose a shorter name."),
    errno.EISDIR: ("this is a folder.", "Choose a file name."),
    errno.ELOOP: ("these links lead in a circle.", "Choose another file."),
}


@contextlib.contextmanager
def _explained(file: Path, *, reading: bool = False) -> Generator[None]:
    """Turn what the operating system says into a FileError that says what to do."""
    try:
        yield
    except ValueError as error:  # a NUL character in the path
        raise FileError("this is not a possible file name.", where=repr(str(file))) from error
    except OSError as error:
        reason, hint = _REASONS.get(error.errno or 0, (f"{error.strerror or error}.", "Try another folder."))
        if reading and error.errno in (errno.EACCES, errno.EPERM):
            hint = "Ask for the right to read it."
        unchanged = "; the file that was there is unchanged" if not reading and os.path.lexists(file) else ""
        failed = "cannot be read" if reading else f"was not saved{unchanged}"
        raise FileError(f"{failed}: {reason}", where=str(file), hint=hint) from error


def _backup_of(path: Path) -> Path:
    """Where the version before the last save is kept."""
    return path.with_name(path.name + ".bak")
