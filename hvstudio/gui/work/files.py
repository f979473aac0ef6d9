"""New, open, save and recent files: reads and writes off the GUI thread, never loses a document over an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hvstudio.editor.workspace import Workspace
from hvstudio.errors import HVStudioError
from hvstudio.files.examples import load_example
from hvstudio.files.store import FileChanged, Loaded, Stamp, load_with_stamp, save
from hvstudio.gui.window.message_bar import Message
from hvstudio.gui.work.background import Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.model.document import Document


class Questions(Protocol):
    """What the person is asked; `dialogs.Dialogs` on the screen."""

    def open_path(self, folder: str) -> Path | None: ...
    def save_path(self, suggestion: str) -> Path | None: ...
    def export_path(self, suggestion: str, filters: str) -> Path | None: ...
    def unsaved(self, title: str) -> str: ...


class FileController:
    """Keeps the workspace's document in files. `say` shows a message; `opened` is called when another document is."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        runner: Runner,
        questions: Questions,
        choices: Choices,
        say: Callable[[Message], None],
    ) -> None:
        self._workspace = workspace
        self._runner = runner
        self._questions = questions
        self._choices = choices
        self._say = say
        self._stamp: Stamp | None = None
        self.is_saving = False
        self.origin = ""
        """The picture that the present document came out of, if it did."""

    def new(self) -> None:
        """Start an empty composition."""
        self._leave(lambda: self._replace(Document(), None))

    def open(self) -> None:
        """Ask for a file and open it."""
        path = self._questions.open_path(self._choices.settings.last_folder)
        if path is not None:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open a file: a composition, or a picture that carries one."""
        self._leave(lambda: self._load(path))

    def open_example(self, name: str) -> None:
        """Open an example; saving it asks for a name."""

        def opened(document: Document) -> None:
            self._replace(document, None)

        self._leave(lambda: self._runner.run(lambda: load_example(name), opened, self._tell))

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save to the document's file, or ask for one."""
        if self._workspace.path is None:
            self.save_as(then)
        else:
            self._write(self._workspace.path, expected=self._stamp, then=then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file and save there."""
        path = self._questions.save_path(str(self._suggestion()))
        if path is not None:
            self._write(path, expected=None, then=then)

    def may_close(self, close: Callable[[], object]) -> bool:
        """Whether the window may close now. When the person wants to save first, `close` is called after that."""
        if not self._workspace.modified:
            return True
        answer = self._questions.unsaved(self._workspace.document.title)
        if answer == "save":
            self.save(lambda: _ignore(close()))
        return answer == "discard"

    def _suggestion(self) -> Path:
        if self._workspace.path is not None:
            return self._workspace.path
        return Path(self._choices.settings.last_folder) / f"{file_name(self._workspace.document.title)}.hvs"

    def _leave(self, go_on: Callable[[], None]) -> None:
        """Go on to another document, after asking about unsaved changes."""
        if not self._workspace.modified:
            go_on()
            return
        answer = self._questions.unsaved(self._workspace.document.title)
        if answer == "save":
            self.save(go_on)
        elif answer == "discard":
            go_on()

    def _load(self, path: Path) -> None:
        def opened(loaded: Loaded) -> None:
            self._stamp = None if loaded.is_export else loaded.stamp
            self.origin = path.name if loaded.is_export else ""
            self._replace(loaded.document, None if loaded.is_export else path, keep_stamp=True)
            self._remember(path)
            if loaded.is_export:
                self._say(Message(text=f"Opened the composition inside {path.name}. Saving it asks for a new name."))

        def failed(error: Exception) -> None:
            self._choices.put(self._choices.settings.without_recent(str(path)))
            self._tell(error)

        self._runner.run(lambda: load_with_stamp(path), opened, failed)

    def _replace(self, document: Document, path: Path | None, *, keep_stamp: bool = False) -> None:
        if not keep_stamp:
            self._stamp, self.origin = None, ""
        self._workspace.replace(document, path)

    def _remember(self, path: Path) -> None:
        full = str(path.resolve())
        self._choices.put(self._choices.settings.with_recent(full))
        self._choices.change(last_folder=str(Path(full).parent))

    def _write(self, path: Path, *, expected: Stamp | None, then: Callable[[], None] | None) -> None:
        document = self._workspace.document
        self.is_saving = True

        def saved(stamp: Stamp) -> None:
            self.is_saving = False
            self._stamp, self.origin = stamp, ""
            if self._workspace.document is document:
                self._workspace.mark_saved(path)
            else:
                self._workspace.path = path
            self._remember(path)
            self._say(Message(text=f"Saved to {path.name}.", severity="success", key="save"))
            if then is not None:
                then()

        def failed(error: Exception) -> None:
            self.is_saving = False
            self._tell_not_saved(error, path, then)

        self._runner.run(lambda: save(document, path, expected=expected), saved, failed)

    def _tell_not_saved(self, error: Exception, path: Path, then: Callable[[], None] | None) -> None:
        actions: list[tuple[str, Callable[[], None]]] = []
        if isinstance(error, FileChanged):
            actions.append(("Overwrite it", lambda: self._write(path, expected=None, then=then)))
            actions.append(("Load it again", lambda: self._load(path)))
        else:
            actions.append(("Try again", lambda: self._write(path, expected=None, then=then)))
        actions.append(("Save as…", lambda: self.save_as(then)))
        text = str(error) if isinstance(error, HVStudioError) else f"{path.name} was not saved: {error}"
        self._say(Message(text=text, severity="error", key="save", actions=tuple(actions)))

    def _tell(self, error: Exception) -> None:
        text = str(error) if isinstance(error, HVStudioError) else f"This did not work: {error}"
        self._say(Message(text=text, severity="error", key="file"))


def file_name(title: str) -> str:
    """A title as the name of a file on any system: a colon or a slash would mean something else there."""
    plain = "".join(letter if letter.isalnum() or letter in " -_" else " " for letter in title)
    return " ".join(plain.split()) or "Untitled"


def _ignore(_result: object) -> None:
    """For calls whose answer does not matter."""
