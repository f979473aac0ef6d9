"""Recovery: a journal of unsaved work, written off the GUI thread, and its offer at the next start."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer

from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import HVStudioError
from hvstudio.files.journal import Journal, Recovered, recoverable
from hvstudio.files.store import holds_text
from hvstudio.gui.work.background import Latest, Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.files import FileController
from hvstudio.gui.work.message import Message
from hvstudio.settings import data_folder

_log: Final = logging.getLogger(__name__)


class Recovery:
    """Records the document soon after every edit; saved or discarded work leaves no journal behind."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        files: FileController,
        runner: Runner,
        folder: Path | None,
        say: Callable[[Message], None],
        choices: Choices,
    ) -> None:
        self._workspace = workspace
        self._files = files
        self._runner = runner
        self._folder = folder or data_folder() / "recovery"
        self._say = say
        self._journal = Journal(self._folder)
        self._writing = Latest(runner)
        self._adopted: list[Recovered] = []
        """Orphans whose document is on this canvas: forgotten once it is safe in this session's journal or a file."""
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(int(min(choices.settings.autosave_interval_s, 1.0) * 1000))
        self._timer.timeout.connect(self.record)
        workspace.add_listener(self._follow)

    def offer(self) -> None:
        """Look for what an earlier session left behind, and offer it in the message bar."""
        self._runner.run(lambda: _worth_offering(self._folder), self._offer_all)

    def record(self) -> None:
        """Write the present document to the journal, if it is not saved anywhere else."""
        self._timer.stop()
        if self._workspace.modified:
            document, file, adopted = self._workspace.document, self._workspace.file, tuple(self._adopted)
            self._write(lambda: self._journal.record(document, file=file), adopted)

    def close(self, *, keep_unsaved: bool = False) -> None:
        """The session ends. Call after the background has ended.

        `keep_unsaved`: nobody was asked about unsaved work, so the next session offers it. Else there is none.
        """
        self._timer.stop()
        try:
            if keep_unsaved and self._workspace.modified:
                self._journal.record(self._workspace.document, file=self._workspace.file)
                self._journal.close()
            else:
                self._journal.drop()
            for item in self._adopted:
                item.discard()
        except HVStudioError as error:
            _log.warning("%s", error)

    def _follow(self, event: Event) -> None:
        has_moved_on = event.previous is not self._workspace.document
        if not self._workspace.modified:
            self._timer.stop()
            if has_moved_on or event.file_changed:
                self._write(self._journal.drop, tuple(self._adopted))
        elif event.file_changed and self._workspace.file.writing is None:
            self.record()  # what the journal says of the file must be as new as the file
        elif has_moved_on and not self._timer.isActive():
            self._timer.start()

    def _write(self, write: Callable[[], None], adopted: tuple[Recovered, ...]) -> None:
        """Do this to the journal; what an earlier session left of the same work is not needed after that."""

        def work() -> None:
            write()
            for item in adopted:
                item.discard()

        def written(_nothing: object) -> None:
            self._adopted = [item for item in self._adopted if item not in adopted]

        self._writing.ask(work, written, self._failed)

    def _offer_all(self, found: tuple[Recovered, ...]) -> None:
        for item in reversed(found):
            self._offer(item)

    def _offer(self, item: Recovered) -> None:
        when = time.strftime("%d %B, %H:%M", time.localtime(item.saved_at))
        name = item.file.name_for(item.document.title)
        self._say(
            Message(
                text=f"“{name}” was not saved when the studio last ended ({when}). It can be recovered.",
                severity="warning",
                actions=(
                    ("Recover", lambda: self._recover(item)),
                    ("Discard", lambda: self._runner.run(item.discard, _nothing)),
                ),
                key=f"recover {item.journal}",
            )
        )

    def _recover(self, item: Recovered) -> None:
        self._files.open_recovered(
            item.document,
            item.file,
            may_open=lambda: self._adopted.append(item),
            may_not=lambda: self._offer(item),
        )

    def _failed(self, error: Exception) -> None:
        self._say(Message(text=str(error), severity="warning", key="journal"))


def _worth_offering(folder: Path) -> tuple[Recovered, ...]:
    """What earlier sessions left behind, but for what is in its file after all; that is forgotten."""
    found: list[Recovered] = []
    for item in recoverable(folder):
        if item.file.path is not None and holds_text(item.file.path, sha256=item.sha256):
            item.discard()
        else:
            found.append(item)
    return tuple(found)


def _nothing(_value: object) -> None:
    return None
