"""The recovery journal: after a crash the document is there, and only then."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hvstudio.errors import FileError
from hvstudio.files import journal as journal_module
from hvstudio.files.document_file import DocumentFile, Origin
from hvstudio.files.journal import Journal, recoverable
from hvstudio.files.store import FileChanged, save
from hvstudio.model.document import Document

FIRST, SECOND = Document(title="First"), Document(title="Second")


def crash_after_recording(folder: Path, *titles: str, original: str = "") -> None:
    """Another process records documents and ends without saying goodbye."""
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from hvstudio.files.document_file import DocumentFile\n"
        "from hvstudio.files.journal import Journal\n"
        "from hvstudio.model.document import Document\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "file = DocumentFile(path=Path(sys.argv[2]) if sys.argv[2] else None)\n"
        "for title in sys.argv[3:]:\n"
        "    journal.record(Document(title=title), file=file)\n"
        "os._exit(9)\n"
    )
    command = [sys.executable, "-c", program, str(folder), original, *titles]
    assert subprocess.run(command, check=False, timeout=60).returncode == 9


def test_nothing_is_written_before_there_is_something_to_keep(tmp_path: Path) -> None:
    Journal(tmp_path / "recovery")
    assert not (tmp_path / "recovery").exists()
    assert recoverable(tmp_path / "recovery") == ()


def test_the_latest_document_of_a_process_that_died_is_recovered(tmp_path: Path) -> None:
    crash_after_recording(tmp_path, "First", "Second", original="plans/stack.hvs")
    (found,) = recoverable(tmp_path)
    assert found.document == SECOND
    assert found.file.path == Path("plans/stack.hvs").absolute()


def test_a_document_that_was_never_saved_is_recovered_as_well(tmp_path: Path) -> None:
    crash_after_recording(tmp_path, "First")
    (found,) = recoverable(tmp_path)
    assert (found.document, found.file.path) == (FIRST, None)


def test_the_journal_of_a_living_session_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.record(FIRST)
    assert recoverable(tmp_path) == ()
    journal.close()
    assert [found.document for found in recoverable(tmp_path)] == [FIRST]


def test_a_saved_or_discarded_document_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.record(FIRST)
    journal.drop()
    assert os.listdir(tmp_path) == []
    journal.drop()
    journal.record(SECOND)
    journal.close()
    assert [found.document for found in recoverable(tmp_path)] == [SECOND]


def test_looking_twice_finds_the_same(tmp_path: Path) -> None:
    crash_after_recording(tmp_path, "First")
    once, twice = recoverable(tmp_path), recoverable(tmp_path)
    assert [(found.document, found.journal) for found in once] == [(found.document, found.journal) for found in twice]


def test_the_file_comes_back_as_the_session_last_saw_it(tmp_path: Path) -> None:
    stamp = save(FIRST, tmp_path / "stack.hvs")
    journal = Journal(tmp_path / "recovery")
    journal.record(SECOND, file=DocumentFile(version=FIRST, path=tmp_path / "stack.hvs", stamp=stamp))
    journal.close()
    (found,) = recoverable(tmp_path / "recovery")
    assert (found.file.path, found.file.stamp) == (tmp_path / "stack.hvs", stamp)
    assert found.file.origin is Origin.RECOVERED
    assert not found.file.holds(found.document)


@pytest.mark.parametrize("stamp", [None, 5, {}, {"modified_ns": "1", "size": 2, "sha256": "3"}])
def test_a_journal_that_does_not_say_what_it_saw_has_seen_nothing(tmp_path: Path, stamp: object) -> None:
    crash_after_recording(tmp_path, "First", original=str(tmp_path / "stack.hvs"))
    (path,) = tmp_path.iterdir()
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "stamp": stamp}) + "\n")
    save(SECOND, tmp_path / "stack.hvs")
    (found,) = recoverable(tmp_path)
    with pytest.raises(FileChanged):  # an older program wrote it: the person is asked
        save(found.document, tmp_path / "stack.hvs", expected=found.file.stamp)


def test_discarding_removes_the_orphan(tmp_path: Path) -> None:
    crash_after_recording(tmp_path, "First")
    recoverable(tmp_path)[0].discard()
    assert os.listdir(tmp_path) == []


def test_an_adopted_document_survives_a_second_crash(tmp_path: Path) -> None:
    crash_after_recording(tmp_path, "First", original="a.hvs")
    journal = Journal(tmp_path)
    journal.adopt(recoverable(tmp_path)[0])
    assert len(os.listdir(tmp_path)) == 1
    journal.close()
    (found,) = recoverable(tmp_path)
    assert (found.document, found.file.path) == (FIRST, Path("a.hvs").absolute())


def test_a_line_cut_off_by_the_crash_falls_back_to_the_one_before(tmp_path: Path) -> None:
    crash_after_recording(tmp_path, "First", "Second")
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-40])
    assert [found.document for found in recoverable(tmp_path)] == [FIRST]


def test_a_line_with_a_wrong_checksum_is_not_trusted(tmp_path: Path) -> None:
    crash_after_recording(tmp_path, "First", "Second")
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes().replace(b"Second", b"Sxcond"))
    assert [found.document for found in recoverable(tmp_path)] == [FIRST]


@pytest.mark.parametrize(
    "content",
    [b"junk", b"\xff\xfe\0", b"[]\n", b"{}\n", b'{"text": 5}\n', b'{"text": "x", "sha256": "y"}\n', b"[" * 99_999,
     b'{"text": "\\ud800", "sha256": "", "saved_at": 1e999}\n', b"\n\n"],
)  # fmt: skip
def test_a_journal_that_cannot_be_read_is_set_aside(
    tmp_path: Path, content: bytes, expected_log_warnings: list[str]
) -> None:
    expected_log_warnings.append("set aside")
    (tmp_path / "123-a.journal").write_bytes(content)
    crash_after_recording(tmp_path, "First")
    assert [found.document for found in recoverable(tmp_path)] == [FIRST]
    assert (tmp_path / "123-a.unreadable").read_bytes() == content


@pytest.mark.parametrize("time", ["1e300", "-5", "NaN", "true"])
def test_a_time_that_no_calendar_knows_is_the_beginning_of_time(tmp_path: Path, time: str) -> None:
    crash_after_recording(tmp_path, "First")
    (path,) = tmp_path.iterdir()
    entry = json.loads(path.read_bytes())
    whole = json.dumps({**entry, "saved_at": "@"}).replace('"@"', time)
    path.write_text(whole + "\n")
    (found,) = recoverable(tmp_path)
    assert found.saved_at in (0.0, 1.0)
    assert found.document == FIRST


def test_an_empty_journal_is_removed_once_it_is_old(tmp_path: Path) -> None:
    path = tmp_path / "123-a.journal"
    path.write_bytes(b"")
    assert recoverable(tmp_path) == ()
    assert path.exists()  # its session may be just beginning
    os.utime(path, (1, 1))
    assert recoverable(tmp_path) == ()
    assert not path.exists()


def test_a_folder_in_the_place_of_a_journal_does_no_harm(tmp_path: Path, expected_log_warnings: list[str]) -> None:
    expected_log_warnings.append("cannot be read")
    (tmp_path / "123-a.journal").mkdir()
    assert recoverable(tmp_path) == ()


def test_a_long_session_keeps_its_journal_small(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(100):
        journal.record(Document(title=str(number)))
        assert len(os.listdir(tmp_path)) == 1
    (path,) = tmp_path.iterdir()
    assert len(path.read_bytes().splitlines()) <= 8
    journal.close()
    assert recoverable(tmp_path)[0].document.title == "99"


def test_a_full_disk_keeps_what_was_recorded_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    journal.record(FIRST)
    real_write = os.write

    def write(descriptor: int, data: memoryview) -> int:
        real_write(descriptor, data[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", write)
        with pytest.raises(FileError, match="No space left on device"):
            journal.record(SECOND)
    journal.close()
    assert [found.document for found in recoverable(tmp_path)] == [FIRST]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="save the document"):
        Journal(tmp_path / "file" / "recovery").record(FIRST)


def test_where_locks_do_not_work_the_process_id_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(descriptor: int, *, blocking: bool) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    crash_after_recording(tmp_path, "First")
    monkeypatch.setattr(journal_module, "lock_descriptor", no_locks)
    journal = Journal(tmp_path)
    journal.record(SECOND)
    assert [found.document for found in recoverable(tmp_path)] == [FIRST]
    journal.close()
