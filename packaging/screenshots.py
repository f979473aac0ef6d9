"""Take the pictures of the README from the real window: `python packaging/screenshots.py [--out FOLDER]`.

Needs no screen. Each view is taken in light and dark; `--check` takes every panel too, to look at before a release.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HVSTUDIO_CONFIG_DIR"] = tempfile.mkdtemp(prefix="hvstudio-screenshots-")

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from hvstudio.catalog.load import shipped_catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.files.document_file import DocumentFile
from hvstudio.gui.app import make_application
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.window.navigation import close_gallery, show_gallery, show_panel
from hvstudio.gui.work.background import Background
from hvstudio.gui.work.choices import Choices
from hvstudio.model.document import Document
from hvstudio.model.edits import move_blocks

FOLDER = Path(__file__).resolve().parent / "screenshots"
SIZE = QSize(1440, 900)
LONGEST_WAIT_S = 60.0
SIMULATED_S = 40.0


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Lets the window live until something is so."""
    deadline = time.monotonic() + LONGEST_WAIT_S
    while not holds():
        QApplication.processEvents()
        time.sleep(0.005)
        if time.monotonic() > deadline:
            sys.exit(f"waited in vain for {what}")


def rest(seconds: float = 0.4) -> None:
    """Lets animations and late drawing finish."""
    end = time.monotonic() + seconds
    wait_until("a moment to pass", lambda: time.monotonic() > end)


def open_window(theme: str) -> MainWindow:
    """A window of the README's size in one theme."""
    runner = Background()
    choices = Choices(runner)
    choices.change(theme=theme, run_speed=0.0, run_duration_s=SIMULATED_S)
    window = MainWindow(Workspace(Document(), catalog=shipped_catalog()), runner=runner, choices=choices)
    window.resize(SIZE)
    window.show()
    return window


def open_example(window: MainWindow, name: str) -> None:
    """Shows an example and waits for what the studio says about it."""
    window.parts.files.open_example(name)
    wait_until(
        f"the example {name}", lambda: bool(window.parts.workspace.document.blocks) and not window.parts.analysis.busy
    )
    window.parts.canvas.fit()
    rest()


def take(window: MainWindow, folder: Path, name: str) -> None:
    """Keeps the window as it looks now."""
    target = folder / f"{name}-{window.parts.theme.name}.png"
    window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888).save(str(target), "PNG", 0)
    print(target)


def take_the_run(window: MainWindow, folder: Path) -> None:
    """The first picture of the README: a composition after a run."""
    open_example(window, "hyper-v-2016")
    window.parts.runs.start()
    wait_until(
        "the end of the run", lambda: window.parts.runs.run is not None and window.parts.runs.run.results is not None
    )
    rest()
    take(window, folder, "run")


def take_the_findings(window: MainWindow, folder: Path) -> None:
    """The second: a mistake, and what the studio says about it."""
    open_example(window, "virtual-pc")
    document = window.parts.workspace.document
    hypervisor = next(block for block in document.blocks.values() if block.kind == "hypervisor")
    host = next(block for block in document.blocks.values() if block.kind == "host")
    window.parts.workspace.select((hypervisor.id,))
    window.parts.workspace.apply(
        "Move the hypervisor", lambda present: move_blocks(present, (hypervisor.id,), rests_on=host.id)
    )
    window.parts.canvas.fit()
    show_panel(window.parts, "Problems")
    show_panel(window.parts, "Architecture")
    rest(1.0)
    take(window, folder, "findings")


def take_every_panel(window: MainWindow, folder: Path) -> None:
    """What no README shows, but a designer wants to look at."""
    for title in window.parts.docks:
        show_panel(window.parts, title)
        rest()
        take(window, folder, f"panel-{title.lower()}")
    show_gallery(window.parts)
    rest()
    take(window, folder, "gallery")
    close_gallery(window.parts)


def main() -> int:
    """Takes all pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--check", action="store_true", help="take every panel too")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    make_application()
    for theme in ("light", "dark"):
        window = open_window(theme)
        take_the_run(window, arguments.out)
        if arguments.check:
            take_every_panel(window, arguments.out)
        take_the_findings(window, arguments.out)
        window.parts.workspace.set_file(DocumentFile(version=window.parts.workspace.document))  # closing asks nothing
        window.close()
        window.shut_down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
