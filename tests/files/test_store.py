"""Saving and loading: whatever fails, a whole document stays on the disk."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from hvstudio.errors import FileError
from hvstudio.files import store
from hvstudio.files.embedded import embed_in_svg
from hvstudio.files.native import to_text
from hvstudio.files.store import FileChanged, changed_on_disk, load, load_with_stamp, save, write_atomically
from hvstudio.model.document import Document

OLD = Document(title="Old")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A folder with one saved document, and nothing else in it."""
    path = tmp_path / "stack.hvs"
    save(OLD, path)
    return path


def test_a_saved_document_loads_as_it_was(document: Document, tmp_path: Path) -> None:
    save(document, tmp_path / "a.hvs")
    assert load(tmp_path / "a.hvs") == document
    assert (tmp_path / "a.hvs").read_bytes() == to_text(document).encode()
    assert os.listdir(tmp_path) == ["a.hvs"]


def test_the_file_that_was_there_becomes_the_backup(document: Document, file: Path) -> None:
    save(document, file)
    assert load(file) == document
    assert load(file.with_name("stack.hvs.bak")) == OLD
    save(OLD, file)
    assert load(file.with_name("stack.hvs.bak")) == document
    assert sorted(os.listdir(file.parent)) == ["stack.hvs", "stack.hvs.bak"]


def _failing(error: OSError) -> Callable[..., Any]:
    def fail(*arguments: Any, **keywords: Any) -> Any:
        raise error

    return fail


FULL = OSError(errno.ENOSPC, "No space left on device")
READ_ONLY = OSError(errno.EROFS, "Read-only file system")
REFUSED = PermissionError(errno.EACCES, "Permission denied")
BROKEN = OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(
    ("function", "error", "said"),
    [
        ("open", REFUSED, "permission was refused. Choose another folder"),
        ("open", READ_ONLY, "read-only. Save in another folder"),
        ("write", FULL, "disk is full. Free some space"),
        ("write", OSError(errno.EFBIG, "File too large"), "larger than this disk allows"),
        ("fsync", BROKEN, "disk reports an error"),
        ("fsync", FULL, "disk is full"),
        ("replace", REFUSED, "permission was refused"),
        ("replace", OSError(9999, "Something rare"), "Something rare"),
    ],
)
def test_a_save_that_fails_leaves_the_old_file_whole(
    document: Document, file: Path, monkeypatch: pytest.MonkeyPatch, function: str, error: OSError, said: str,
    expected_log_warnings: list[str],
) -> None:  # fmt: skip
    expected_log_warnings.append("no backup of")  # os.replace makes the backup too
    before = file.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os, function, _failing(error))
        with pytest.raises(FileError, match=said) as caught:
            save(document, file)
    assert str(file) in caught.value.where
    assert "unchanged" in caught.value.message
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == ["stack.hvs"]


def test_a_disk_that_fills_up_half_way_leaves_the_old_file_whole(
    document: Document, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write, written = os.write, [0]

    def write(descriptor: int, data: Any) -> int:
        if written[0] >= 100:
            raise FULL
        count = real_write(descriptor, bytes(data)[:50])
        written[0] += count
        return count

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", write)
        with pytest.raises(FileError, match="disk is full"):
            save(document, file)
    assert load(file) == OLD
    assert os.listdir(file.parent) == ["stack.hvs"]


def test_a_disk_that_takes_a_little_at_a_time_gets_it_all(
    document: Document, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real_write(descriptor, bytes(data)[:7]))
    save(document, file)
    assert load(file) == document


def test_a_disk_that_gives_back_something_else_is_noticed(
    document: Document, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_read = Path.read_bytes
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", lambda path: real_read(path)[:-1])
        with pytest.raises(FileError, match="disk reports an error"):
            save(document, file)
    assert load(file) == OLD
    assert os.listdir(file.parent) == ["stack.hvs"]


def test_a_save_stopped_by_ctrl_c_leaves_the_old_file_whole(
    document: Document, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            save(document, file)
    assert load(file) == OLD
    assert os.listdir(file.parent) == ["stack.hvs"]


def test_a_process_killed_while_saving_leaves_the_old_file_whole(file: Path) -> None:
    program = (
        "import os, sys\n"
        "from hvstudio.files.store import save\n"
        "from hvstudio.model.document import Document\n"
        "os.fsync = lambda descriptor: os._exit(9)\n"
        "save(Document(title='New'), sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], check=False, timeout=60)
    assert done.returncode == 9
    assert load(file) == OLD
    (leftover,) = file.parent.glob(".hvs-*.tmp")
    save(OLD, file)
    assert leftover.exists()  # another process may be saving just now
    os.utime(leftover, (1, 1))
    save(OLD, file)
    assert not leftover.exists()


def test_a_document_that_cannot_be_written_leaves_the_old_file_whole(document: Document, file: Path) -> None:
    host = evolve(next(iter(document.blocks.values())), parameters={"sockets": float("nan")})
    with pytest.raises(FileError, match="sockets"):
        save(evolve(document, blocks={host.id: host}), file)
    assert load(file) == OLD


def test_a_document_that_could_not_be_opened_again_leaves_the_old_file_whole(document: Document, file: Path) -> None:
    host = next(iter(document.blocks.values()))
    impossible = evolve(document, blocks={host.id: evolve(host, rests_on=host.id)})
    with pytest.raises(FileError, match=r"could not be opened again: .* in a ring"):
        save(impossible, file)
    assert load(file) == OLD


def test_a_backup_that_cannot_be_kept_does_not_stop_the_save(
    document: Document, file: Path, expected_log_warnings: list[str]
) -> None:
    expected_log_warnings.append("no backup of")
    file.with_name("stack.hvs.bak").mkdir()
    save(document, file)
    assert load(file) == document
    assert sorted(os.listdir(file.parent)) == ["stack.hvs", "stack.hvs.bak"]


def test_a_file_system_without_hard_links_gets_a_copied_backup(
    document: Document, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", _failing(OSError(errno.EPERM, "Operation not permitted")))
    save(document, file)
    assert load(file.with_name("stack.hvs.bak")) == OLD


def test_a_link_stays_a_link(document: Document, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link = folder / "link.hvs"
    link.symlink_to(file)
    save(document, link)
    assert link.is_symlink()
    assert load(file) == document
    assert os.listdir(folder) == ["link.hvs"]


def test_a_picture_written_through_a_link_leaves_the_link(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(b"old")
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")
    write_atomically(tmp_path / "link.png", b"new")
    assert (tmp_path / "link.png").is_symlink()
    assert (tmp_path / "real.png").read_bytes() == b"new"


@pytest.fixture
def full_device(tmp_path: Path) -> Path:
    """A device that is always full: one of the test's own for root, who could break the one of the machine."""
    if not Path("/dev/full").is_char_device():
        pytest.skip("this system has no device that is always full")
    if os.geteuid() != 0:
        return Path("/dev/full")
    own = tmp_path / "full"
    try:
        os.mknod(own, 0o666 | stat.S_IFCHR, os.stat("/dev/full").st_rdev)
        own.open("wb").close()
    except OSError:
        pytest.skip("no device can be made here")
    return own


def test_a_device_is_written_to_and_never_replaced(full_device: Path) -> None:
    with pytest.raises(FileError, match="disk is full"):
        write_atomically(full_device, b"too much")
    assert full_device.is_char_device()


def test_the_permissions_of_the_file_stay(document: Document, file: Path) -> None:
    file.chmod(0o640)
    save(document, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_that_the_person_usually_gives(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        save(OLD, tmp_path / "new.hvs")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.hvs").stat().st_mode) == 0o640


def test_a_read_only_file_is_not_replaced(document: Document, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o440)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # root may write everything
    with pytest.raises(FileError, match=r"read-only\. Save under another name"):
        save(document, file)
    assert load(file) == OLD


def test_a_file_changed_by_another_program_is_not_overwritten_unasked(document: Document, file: Path) -> None:
    opened = load_with_stamp(file)
    save(Document(title="By a colleague"), file)
    with pytest.raises(FileChanged, match="another program changed the file"):
        save(document, file, expected=opened.stamp)
    assert load(file).title == "By a colleague"
    save(document, file)  # the person said: overwrite
    assert load(file) == document


def test_a_deleted_file_counts_as_changed(document: Document, file: Path) -> None:
    opened = load_with_stamp(file)
    file.unlink()
    with pytest.raises(FileChanged):
        save(document, file, expected=opened.stamp)


def test_a_file_that_was_only_touched_has_not_changed(file: Path) -> None:
    stamp = load_with_stamp(file).stamp
    os.utime(file, (1, 1))
    assert not changed_on_disk(file, stamp)


def test_saving_again_and_again_needs_only_the_latest_stamp(document: Document, file: Path) -> None:
    stamp = save(document, file)
    stamp = save(OLD, file, expected=stamp)
    save(document, file, expected=stamp)
    assert load(file) == document


@pytest.mark.parametrize("suffix", [".png", ".SVG", ".pdf"])
def test_a_document_is_not_saved_over_a_picture(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(FileError, match="Use Export"):
        save(OLD, tmp_path / f"picture{suffix}")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing/a.hvs", "no such file or folder"),
        ("x" * 300 + ".hvs", "too long"),
        ("folder", "folder"),
        ("a\0b.hvs", "not a possible file name"),
        ("file.hvs/inside.hvs", "not a folder"),
    ],
)
def test_a_place_that_cannot_be_saved_to_is_refused(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.hvs").write_text("")
    with pytest.raises(FileError, match=said):
        save(OLD, tmp_path / name)


@pytest.mark.parametrize(("name", "said"), [("missing.hvs", "no such file"), ("folder", "this is a folder"),
                                            ("a\0b", "not a possible file name")])  # fmt: skip
def test_what_cannot_be_opened_is_refused(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileError, match=said):
        load(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_device_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="not a regular file"):
        load(tmp_path / "pipe")


def test_a_huge_file_is_refused_without_reading_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LARGEST_FILE_BYTES", 1000)
    with (tmp_path / "huge.hvs").open("wb") as stream:
        stream.truncate(10**12)
    with pytest.raises(FileError, match="larger than"):
        load(tmp_path / "huge.hvs")


def test_a_picture_opens_as_the_model_whatever_its_name(document: Document, tmp_path: Path) -> None:
    svg = embed_in_svg(b'<svg xmlns="http://www.w3.org/2000/svg"/>', to_text(document))
    (tmp_path / "renamed.hvs").write_bytes(svg)
    loaded = load_with_stamp(tmp_path / "renamed.hvs")
    assert loaded.document == document
    assert loaded.is_export


def test_a_picture_of_another_program_is_refused_kindly(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    with pytest.raises(FileError, match="holds no HVStudio document") as caught:
        load(tmp_path / "logo.svg")
    assert "logo.svg" in caught.value.where


def test_a_file_cut_off_names_its_backup_only_where_there_is_one(document: Document, file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(FileError) as without:
        load(file)
    (file.parent / "stack.hvs.bak").write_text(to_text(document), encoding="utf-8")

    with pytest.raises(FileError) as beside:
        load(file)

    assert "backup" not in str(without.value)
    assert ".bak" not in str(without.value)
    assert "The version before is in “stack.hvs.bak”." in str(beside.value)
