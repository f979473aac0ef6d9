"""The registry of import formats: what is there, and how the format of a file is found."""

from __future__ import annotations

import pytest

from hvstudio.errors import FileError
from hvstudio.files.importers import registry
from hvstudio.files.importers.format import Imported, ImportFormat
from hvstudio.model.document import Document


def made_up(name: str, *, ending: str, mark: bytes) -> ImportFormat:
    """A format whose files begin with `mark`."""
    return ImportFormat(
        name=name,
        label=name.title(),
        endings=(ending,),
        sniff=lambda head: head.startswith(mark),
        read=lambda content, source: Imported(document=Document()),
    )


def test_no_format_ships_yet_and_the_refusal_says_so() -> None:
    assert registry.import_formats() == ()
    with pytest.raises(FileError, match="in no format that can be imported") as refused:
        registry.format_of("guest.xml", b"<domain>")
    assert "no format of another tool yet" in refused.value.hint


def test_a_format_is_known_by_its_content_and_its_ending_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    domain, config = made_up("domain", ending=".xml", mark=b"<"), made_up("config", ending=".cfg", mark=b"")
    monkeypatch.setattr(registry, "import_formats", lambda: (config, domain))
    assert registry.format_of("guest.XML", b"<domain>") is domain
    assert registry.format_of("guest.txt", b"<domain>") is config
    assert registry.format_of("guest.xml", b"name = 'a'") is config


def test_the_refusal_names_the_formats_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "import_formats", lambda: (made_up("domain", ending=".xml", mark=b"<"),))
    with pytest.raises(FileError) as refused:
        registry.format_of("guest.txt", b"name = 'a'")
    assert refused.value.hint == "This version imports: Domain."
