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
from hvstudio.gui.window.message_bar import Message
from hvstudio.gui.work.background import Latest, Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.settings import data_folder

_log: Final = logging.getLogger(__name__)


class Recovery:
    """Records the document soon after every edit; saved or discarded work leaves no journal behind."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        runner: Runner,
        folder: Path | None,
        say: Callable[[Message], None],
        choices: Choices,
    ) -> None:
        self._workspace = workspace
        self._runner = runner
        self._folder = folder or data_folder() / "recovery"
        self._say = say
        self._journal = Journal(self._folder)
        self._writing = Latest(runner)
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(int(min(choices.settings.autosave_interval_s, 1.0) * 1000))
        self._timer.timeout.connect(self.record)
        workspace.add_listener(self._follow)

    def offer(self) -> None:
        """Look for what an earlier session left behind, and offer it in the message bar."""
        self._runner.run(lambda: recoverable(self._folder), self._offer_found)

    def record(self) -> None:
        """Write the present document to the journal, if it is not saved anywhere else."""
        self._timer.stop()
        if self._workspace.modified:
            document, path = self._workspace.document, self._workspace.path
            original = "" if path is None else str(path)
            self._writing.ask(lambda: self._journal.record(document, original=original), _nothing, self._failed)

    def close(self, *, keep_unsaved: bool = False) -> None:
        """The session ends. Call after the background has ended.

        `keep_unsaved`: nobody was asked about unsaved work, so the next session offers it. Else there is none.
        """
        self._timer.stop()
        if not (keep_unsaved and self._workspace.modified):
            self._journal.drop()
            return
        path = self._workspace.path
        try:
            self._journal.record(self._workspace.document, original="" if path is None else str(path))
        except HVStudioError as error:
            _log.warning("%s", error)

    def _follow(self, event: Event) -> None:
        if not self._workspace.modified:
            self._timer.stop()
            if event.saved or event.replaced:
                self._writing.ask(self._journal.drop, _nothing)
        elif event.previous is not self._workspace.document and not self._timer.isActive():
            self._timer.start()

    def _offer_found(self, found: tuple[Recovered, ...]) -> None:
        for item in reversed(found):
            when = time.strftime("%d %B, %H:%M", time.localtime(item.saved_at))
            name = Path(item.original).name if item.original else item.document.title
            self._say(
                Message(
                    text=f"“{name}” was not saved when the studio last ended ({when}). It can be recovered.",
                    severity="warning",
                    actions=(
                        ("Recover", lambda item=item: self._recover(item)),
                        ("Discard", lambda item=item: self._runner.run(item.discard, _nothing)),
                    ),
                    key=f"recover {item.journal}",
                )
            )

    def _recover(self, item: Recovered) -> None:
        path = Path(item.original) if item.original else None
        self._workspace.replace(item.document, path, modified=True)
        self._writing.ask(lambda: self._journal.adopt(item), _nothing, self._failed)

    def _failed(self, error: Exception) -> None:
        self._say(Message(text=str(error), severity="warning", key="journal"))


def _nothing(_value: object) -> None:
    return None
