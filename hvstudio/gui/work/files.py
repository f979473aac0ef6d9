"""New, open, save and recent files: reads and writes off the GUI thread, never loses a document over an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

from hvstudio.editor.workspace import Workspace
from hvstudio.errors import HVStudioError
from hvstudio.files.document_file import DocumentFile, Origin, Stamp
from hvstudio.files.examples import load_example
from hvstudio.files.store import FileChanged, Loaded, load_with_stamp, save
from hvstudio.gui.work.background import Runner
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.message import Message
from hvstudio.gui.work.turns import End, Turns
from hvstudio.model.document import Document

Found = TypeVar("Found")

_ANOTHER_IS_OPEN: Final = "Another document is open now; nothing was done."


class Questions(Protocol):
    """What the person is asked; `dialogs.Dialogs` on the screen."""

    def open_path(self, folder: str) -> Path | None: ...
    def save_path(self, suggestion: str) -> Path | None: ...
    def export_path(self, suggestion: str, filters: str) -> Path | None: ...
    def unsaved(self, title: str) -> str: ...


class FileController:
    """Keeps the workspace's document in files. `say` shows a message.

    Questions and writing take turns, so that each finds the document and its file as the one before has left them.
    Reading takes none: what was read waits for its turn, is dropped when another document was asked for since, and
    the person is asked again when the present one is no longer the one that they let go.
    """

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
        self._turns = Turns()
        self._wanted: object | None = None
        """Stands for the newest document asked for that is still being read."""
        self._closing: Callable[[], object] | None = None
        """Closes the window once what is being written is in the file."""

    def new(self) -> None:
        """Start an empty composition."""
        self._leave(lambda: self._replace(Document()))

    def open(self) -> None:
        """Ask for a file and open it."""
        path = self._questions.open_path(self._choices.settings.last_folder)
        if path is not None:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open a file: a composition, or a picture that carries one."""

        def failed(error: Exception) -> None:
            self._choices.put(self._choices.settings.without_recent(str(path)))
            self._tell(error)

        self._read_and_open(lambda: load_with_stamp(path), lambda loaded: self._open(path, loaded), failed)

    def open_example(self, name: str) -> None:
        """Open an example; saving it asks for a name."""

        def opened(document: Document) -> None:
            self._replace(document, DocumentFile(version=document, origin=Origin.EXAMPLE))

        self._read_and_open(lambda: load_example(name), opened, self._tell)

    def open_recovered(
        self, document: Document, file: DocumentFile, *, may_open: Callable[[], None], may_not: Callable[[], None]
    ) -> None:
        """Open a document that an earlier session left behind: `may_open` is called just before, or else `may_not`."""

        def opened() -> None:
            may_open()
            self._replace(document, file)

        self._leave(opened, may_not)

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save to the document's file, or ask for one. `then` is called once that has come to a good end."""

        def begin(end: End) -> None:
            file = self._workspace.file
            if file.path is None:
                self._ask_and_write(end, then)
            else:
                self._write(file.path, expected=file.stamp, end=end, then=then)

        self._turns.take(begin)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file and save there."""
        self._turns.take(lambda end: self._ask_and_write(end, then))

    def may_close(self, close: Callable[[], object]) -> bool:
        """Whether the window may close now. `close` is called when it may after something has been written first."""
        if self._turns.is_taken:
            return self._may_close_while_writing(close)
        if not self._workspace.modified:
            return True
        answers: list[str] = []

        def ask(end: End) -> None:
            answers.append(self._questions.unsaved(self._workspace.document.title))
            end()

        self._turns.take(ask)
        if answers == ["save"]:
            self.save(lambda: _ignore(close()))
        return answers == ["discard"]

    def _may_close_while_writing(self, close: Callable[[], object]) -> bool:
        """The first time the window waits for the file; who insists is asked whether it is to be waited for."""
        if self._closing is not None:
            answer = self._questions.unsaved(self._workspace.document.title)
            if answer == "cancel":
                self._closing = None
            return answer == "discard"
        self._closing = close

        def go_on(end: End) -> None:
            closing, self._closing = self._closing, None
            end(closing)

        self._turns.take(go_on)
        self._say(Message(text="The window closes as soon as the file is written.", key="save"))
        return False

    def _leave(self, go_on: Callable[[], None], stay: Callable[[], None] | None = None) -> None:
        """Go on to another document when nothing is lost by it, or the person says that it may be."""
        self._turns.take(lambda end: self._ask(end, go_on, stay))

    def _ask(self, end: End, go_on: Callable[[], None], stay: Callable[[], None] | None = None) -> None:
        """After saving, the same is asked again: the document may have moved on while it was written."""
        if not self._workspace.modified:
            end(go_on)
            return
        answer = self._questions.unsaved(self._workspace.document.title)
        if answer == "save":
            end(lambda: self.save(lambda: self._leave(go_on, stay)))
        else:
            end(go_on if answer == "discard" else stay)

    def _read_and_open(
        self, read: Callable[[], Found], opened: Callable[[Found], None], failed: Callable[[Exception], None]
    ) -> None:
        """Read off the GUI thread, after asking about the present document; open what was found if it still may be."""

        def begin() -> None:
            wanted = self._wanted = object()
            let_go = self._workspace.document

            def arrive(end: End, found: Found) -> None:
                if wanted is not self._wanted:
                    end()
                elif self._workspace.document is let_go:
                    end(lambda: opened(found))
                else:
                    self._ask(end, lambda: opened(found))

            self._runner.run(read, lambda found: self._turns.take(lambda end: arrive(end, found)), failed)

        self._leave(begin)

    def _open(self, path: Path, loaded: Loaded) -> None:
        if loaded.is_export:
            file = DocumentFile(version=loaded.document, origin=Origin.PICTURE, source=path.name)
            self._say(Message(text=f"Opened the composition inside {path.name}. Saving it asks for a new name."))
        else:
            file = _opened(path, loaded)
        self._replace(loaded.document, file)
        self._remember(path)

    def _replace(self, document: Document, file: DocumentFile | None = None) -> None:
        self._wanted = None
        self._workspace.replace(document, file)

    def _remember(self, path: Path) -> None:
        full = str(path.resolve())
        self._choices.put(self._choices.settings.with_recent(full))
        self._choices.change(last_folder=str(Path(full).parent))

    def _ask_and_write(self, end: End, then: Callable[[], None] | None) -> None:
        path = self._questions.save_path(str(self._suggestion()))
        if path is None:
            end()
        else:
            self._write(path, expected=None, end=end, then=then)

    def _suggestion(self) -> Path:
        if self._workspace.file.path is not None:
            return self._workspace.file.path
        return Path(self._choices.settings.last_folder) / f"{file_name(self._workspace.document.title)}.hvs"

    def _write(self, path: Path, *, expected: Stamp | None, end: End, then: Callable[[], None] | None) -> None:
        """Write the present version; when that has ended, it is this version that the file holds, or does not."""
        document = self._workspace.document
        begun = self._workspace.file.begin_writing(document)
        self._workspace.set_file(begun)

        def saved(stamp: Stamp) -> None:
            try:
                if self._workspace.file is begun:
                    self._workspace.set_file(begun.written(path, stamp))
                self._remember(path)
                self._say(Message(text=f"Saved to {path.name}.", severity="success", key="save"))
            finally:
                end(then)

        def failed(error: Exception) -> None:
            try:
                if self._workspace.file is begun:
                    self._workspace.set_file(begun.not_written())
                self._tell_not_saved(error, path, expected, then)
            finally:
                end()

        self._runner.run(lambda: save(document, path, expected=expected), saved, failed)

    def _tell_not_saved(
        self, error: Exception, path: Path, expected: Stamp | None, then: Callable[[], None] | None
    ) -> None:
        opening = self._workspace.opening

        def write(expected: Stamp | None) -> None:
            def begin(end: End) -> None:
                if self._is_still_open(opening):
                    self._write(path, expected=expected, end=end, then=then)
                else:
                    end()

            self._turns.take(begin)

        actions: list[tuple[str, Callable[[], None]]] = []
        if isinstance(error, FileChanged):
            actions.append(("Overwrite it", lambda: write(None)))
            actions.append(("Load it again", lambda: self._load_again(path, opening)))
        else:
            actions.append(("Try again", lambda: write(expected)))
        actions.append(("Save as…", lambda: self.save_as(then)))
        text = str(error) if isinstance(error, HVStudioError) else f"{path.name} was not saved: {error}"
        self._say(Message(text=text, severity="error", key="save", actions=tuple(actions)))

    def _load_again(self, path: Path, opening: int) -> None:
        """Take the file as another program has left it; undo brings back what was here."""

        def arrive(end: End, loaded: Loaded) -> None:
            if self._is_still_open(opening):
                self._workspace.reload("Load it again", loaded.document, _opened(path, loaded))
                text = f"This is {path.name} as it is on the disk now. Undo brings back what you had."
                self._say(Message(text=text, key="save"))
            end()

        self._runner.run(
            lambda: load_with_stamp(path),
            lambda loaded: self._turns.take(lambda end: arrive(end, loaded)),
            self._tell,
        )

    def _is_still_open(self, opening: int) -> bool:
        """Whether the document that a message was about is the one on the canvas; else the person is told."""
        is_open = self._workspace.opening == opening
        if not is_open:
            self._say(Message(text=_ANOTHER_IS_OPEN, key="file"))
        return is_open

    def _tell(self, error: Exception) -> None:
        text = str(error) if isinstance(error, HVStudioError) else f"This did not work: {error}"
        self._say(Message(text=text, severity="error", key="file"))


def file_name(title: str) -> str:
    """A title as the name of a file on any system: a colon or a slash would mean something else there."""
    plain = "".join(letter if letter.isalnum() or letter in " -_" else " " for letter in title)
    return " ".join(plain.split()) or "Untitled"


def _opened(path: Path, loaded: Loaded) -> DocumentFile:
    return DocumentFile(version=loaded.document, path=path, stamp=loaded.stamp, origin=Origin.OPENED)


def _ignore(_result: object) -> None:
    """For calls whose answer does not matter."""
