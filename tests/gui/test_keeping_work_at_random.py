"""Random interleavings of editing, saving and opening on slow storage: nothing is lost or overwritten unasked."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from hvstudio.catalog.catalog import empty_catalog
from hvstudio.editor.workspace import Event, Workspace
from hvstudio.files.document_file import DocumentFile, Origin
from hvstudio.files.native import to_text
from hvstudio.files.store import FileChanged, holds_text, load_with_stamp, save
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.files import FileController
from hvstudio.model.document import Document
from hvstudio.model.edits import set_title

STEPS = (
    "edit", "edit", "edit", "undo", "redo", "save", "save", "save_as", "new", "open", "open", "recover", "external",
    "close", "press", "finish", "finish", "finish", "finish last",
)  # fmt: skip
SEEDS = 100


class Person:
    """A window's work without a window: a person who answers, storage that takes its time, and a watchful witness."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs: list[tuple] = []
        self.messages: list = []
        self.number = 0
        self.answer = 0
        self.let_go: Document | None = None
        self.workspace = Workspace(Document(), catalog=empty_catalog())
        self.file = self.workspace.file
        self.workspace.add_listener(self.watch)
        self.files = FileController(
            self.workspace, runner=self, questions=self, choices=Choices(self, folder=folder), say=self.messages.append
        )

    # The storage

    def run(self, work, then, failed=None) -> None:
        """Keep the job until storage has time for it."""
        self.jobs.append((work, then, failed))

    def shut_down(self) -> None:
        """Nothing to end."""

    def wait(self) -> None:
        """Nothing under way."""

    def finish(self, position: int) -> None:
        """Let one job end."""
        if self.jobs:
            work, then, failed = self.jobs.pop(position)
            try:
                value = work()
            except FileChanged as error:
                failed(error)
            else:
                then(value)

    # The person

    def path(self, number: int) -> Path:
        """One of three files."""
        return self.folder / f"{number}.hvs"

    def save_path(self, suggestion: str) -> Path:
        """Where to save."""
        return self.path(self.answer)

    def open_path(self, folder: str) -> Path | None:
        """What to open; not asked here."""
        return None

    def export_path(self, suggestion: str, filters: str) -> Path | None:
        """Where to export to; not asked here."""
        return None

    def unsaved(self, title: str) -> str:
        """What to do with changes."""
        answer = ("save", "discard", "cancel")[self.answer]
        if answer == "discard":
            self.let_go = self.workspace.document
        return answer

    def do(self, what: str, number: int) -> None:
        """One step."""
        self.number += 1
        self.answer = number
        text = f"{what} {self.number}"
        if what == "edit":
            self.workspace.apply("Title", lambda document: set_title(document, text))
        elif what in ("undo", "redo"):
            getattr(self.workspace, what)()
        elif what == "external":
            save(Document(title=text), self.path(number))
        elif what == "open" and self.path(number).exists():
            self.files.open_path(self.path(number))
        elif what == "recover":
            file = DocumentFile(origin=Origin.RECOVERED)
            self.files.open_recovered(Document(title=text), file, may_open=lambda: None, may_not=lambda: None)
        elif what == "press" and self.messages and self.messages[-1].actions:
            actions = self.messages.pop().actions
            actions[min(number, len(actions) - 1)][1]()
        elif what == "close":
            if self.files.may_close(lambda: None):
                assert not self.workspace.modified or self.let_go is self.workspace.document
        elif what.startswith("finish"):
            self.finish(-1 if what == "finish last" else 0)
        elif what in ("save", "save_as", "new"):
            getattr(self.files, what)()

    # The witness

    def watch(self, event: Event) -> None:
        """Nothing was left that is not in its file or let go; what is called saved is what was written."""
        if event.replaced:
            is_kept = self.file.holds(event.previous) or event.previous is self.let_go
            assert is_kept, f"{event.previous.title} was lost"
        self.file = self.workspace.file
        stamp = self.file.stamp
        if stamp is not None and not self.workspace.modified:
            assert stamp.sha256 == hashlib.sha256(to_text(self.workspace.document).encode("utf-8")).hexdigest()

    def is_in_its_file(self) -> bool:
        """Whether the present document is on the disk, unless somebody else wrote there since."""
        file = self.workspace.file
        if file.path is None or file.stamp is None:
            return True
        on_disk = load_with_stamp(file.path)
        return on_disk.document == self.workspace.document or not holds_text(file.path, sha256=file.stamp.sha256)


def test_no_version_is_lost_unasked_and_what_is_called_saved_is_in_the_file(tmp_path: Path) -> None:
    for seed in range(SEEDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        chance = random.Random(seed)
        person = Person(folder)
        for number in range(2):
            person.do("external", number)
        done: list[tuple[str, int]] = []
        try:
            for _ in range(30):
                done.append((chance.choice(STEPS), chance.randrange(3)))
                person.do(*done[-1])
            while person.jobs:
                person.answer = 2
                person.finish(0)
            assert person.workspace.modified or person.is_in_its_file()
            assert not person.files._turns.is_taken
            assert person.workspace.file.writing is None
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {done}: {error}") from error
