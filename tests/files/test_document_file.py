"""The file of a document as one value: what it is called, and whether it holds a version for certain."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hvstudio.errors import FileError
from hvstudio.files.document_file import DocumentFile, Origin, Stamp
from hvstudio.files.journal import _is_process_alive
from hvstudio.files.strict_json import LARGEST_INTEGER, parse
from hvstudio.model.document import Document

STAMP = Stamp(modified_ns=1, size=2, sha256="3")


def test_a_document_is_called_as_its_file_or_its_title_and_where_it_came_from() -> None:
    assert DocumentFile().name_for("Stack") == "Stack"
    assert DocumentFile(source="talk.png", origin=Origin.PICTURE).name_for("Stack") == "Stack (from talk.png)"
    assert DocumentFile(path=Path("folder") / "mine.hvs", source="talk.png").name_for("Stack") == "mine.hvs"


def test_a_file_holds_the_version_it_was_read_with_and_no_other() -> None:
    one, equal = Document(title="One"), Document(title="One")
    file = DocumentFile(version=one, path=Path("mine.hvs"), stamp=STAMP, origin=Origin.OPENED)
    assert file.holds(one)
    assert not file.holds(equal), "the same only by identity"
    assert not DocumentFile(version=None).holds(one)


def test_while_a_version_is_on_its_way_nothing_else_is_held_for_certain() -> None:
    old, new = Document(title="Old"), Document(title="New")
    writing = DocumentFile(version=old, path=Path("mine.hvs"), stamp=STAMP).begin_writing(new)
    assert not writing.holds(old)
    assert not writing.holds(new)
    assert writing.not_written().holds(old)
    assert DocumentFile(version=old).begin_writing(old).holds(old)

    saved = writing.written(Path("other.hvs"), STAMP)
    assert saved.holds(new)
    assert not saved.holds(old)
    assert (saved.path, saved.stamp, saved.origin) == (Path("other.hvs"), STAMP, Origin.SAVED)
    assert saved.writing is None


@pytest.mark.skipif(sys.platform == "win32", reason="asks a POSIX system")
def test_a_process_that_has_ended_is_not_alive_and_this_one_is() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert _is_process_alive(os.getpid())
    assert not _is_process_alive(ended.pid)


@pytest.mark.parametrize("number", [LARGEST_INTEGER, -LARGEST_INTEGER, 0])
def test_the_largest_whole_numbers_are_read(number: int) -> None:
    assert parse(f"[{number}]", name="x") == [number]


@pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775808", "1" + "0" * 5000])
def test_larger_ones_are_refused_where_they_stand(number: str) -> None:
    with pytest.raises(FileError, match="line 2"):
        parse(f"[1,\n{number}]", name="x")
