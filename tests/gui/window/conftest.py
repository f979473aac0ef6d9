"""A whole window for the tests: work in the background is done at once, questions are answered from a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.files.examples import load_example
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.work.background import Immediate
from hvstudio.gui.work.choices import Choices
from hvstudio.model.document import Document


class Answers:
    """Answers the window's questions; set the fields to what the person would say."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.about_changes = "cancel"
        self.asked: list[str] = []

    def open_path(self, folder: str) -> Path | None:
        """Which file to open."""
        self.asked.append("open")
        return self.path

    def save_path(self, suggestion: str) -> Path | None:
        """Where to save."""
        self.asked.append("save")
        return self.path

    def export_path(self, suggestion: str, filters: str) -> Path | None:
        """Where to export to."""
        self.asked.append("export")
        return self.path

    def unsaved(self, title: str) -> str:
        """What to do with unsaved changes."""
        self.asked.append("unsaved")
        return self.about_changes


class Storage(Immediate):
    """A background that does nothing by itself while it is slow: `finish` does what was asked for meanwhile."""

    def __init__(self) -> None:
        self.is_slow = False
        self._waiting: list[tuple] = []

    def run(self, work, then, failed=None) -> None:
        """Do the work at once, or keep it."""
        if self.is_slow:
            self._waiting.append((work, then, failed))
        else:
            super().run(work, then, failed)

    def finish(self) -> None:
        """Let all of it end, and be as fast as ever."""
        self.is_slow = False
        waiting, self._waiting = self._waiting, []
        for work, then, failed in waiting:
            super().run(work, then, failed)


@pytest.fixture
def storage() -> Storage:
    return Storage()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def open_window(
    qtbot: QtBot, catalog: Catalog, answers: Answers, tmp_path: Path
) -> Iterator[Callable[..., MainWindow]]:
    """Opens a window on a document, with a background of the test's own if it has one."""
    opened: list[MainWindow] = []

    def make(document: Document, background: Immediate | None = None) -> MainWindow:
        runner = background or Immediate()
        choices = Choices(runner)
        choices.change(theme="light", autosave_interval_s=60.0)
        window = MainWindow(
            Workspace(document, catalog=catalog),
            runner=runner,
            choices=choices,
            questions=answers,
            recovery_folder=tmp_path / "recovery",
        )
        opened.append(window)
        qtbot.addWidget(window)
        window.resize(1280, 800)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in opened:
        window.shut_down()
        window.parts.canvas.close_canvas()


@pytest.fixture
def window(open_window: Callable[[Document], MainWindow], small_stack: Document) -> MainWindow:
    """A window on a host with Hyper-V and two VMs."""
    return open_window(small_stack)


@pytest.fixture
def running_example(open_window: Callable[[Document], MainWindow]) -> MainWindow:
    """A window on the shipped Hyper-V example."""
    return open_window(load_example("hyper-v-2016"))
