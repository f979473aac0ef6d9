"""Starting the studio: the application, its one window, and what happens when something goes badly wrong."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from hvstudio import __version__
from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.load import load_with_user_file, shipped_catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.errors import HVStudioError
from hvstudio.files.examples import FIRST_EXAMPLE
from hvstudio.gui.interrupts import signals_ending
from hvstudio.gui.look.icons import icon
from hvstudio.gui.look.theme import interface_font
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.window.parts import Parts
from hvstudio.gui.work.background import Background
from hvstudio.gui.work.choices import Choices
from hvstudio.gui.work.message import Message
from hvstudio.log import log_file, record_crash, start_logging, stop_logging
from hvstudio.model.document import Document
from hvstudio.settings import Settings, state_folder

_QT_LEVELS: Final = {
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_qt_log: Final = logging.getLogger("hvstudio.qt")


def run(
    path: str | Path | None = None, *, example: str = "", opened: Callable[[MainWindow], object] | None = None
) -> int:
    """Open the studio on a file, an example, or the first example; gives the exit code when the window is closed.

    `opened` is called with the window once it is on the screen.
    """
    application = make_application()
    handler = start_logging(state_folder())
    qInstallMessageHandler(_log_qt_message)
    runner = Background()
    choices = Choices(runner)
    if choices.settings.text_scale != 1.0:
        font = application.font()
        font.setPointSizeF(font.pointSizeF() * choices.settings.text_scale)
        application.setFont(font)
    catalog, catalog_problem = person_catalog(choices.settings)
    window = MainWindow(Workspace(Document(), catalog=catalog), runner=runner, choices=choices)
    application.setWindowIcon(icon("hvstudio", window.parts.theme))
    install_crash_hook(window.parts)
    if catalog_problem:
        window.parts.say(Message(text=catalog_problem, severity="warning", key="catalog"))
    window.show()
    window.parts.recovery.offer()
    if path is not None:
        window.parts.files.open_path(Path(path))
    else:
        window.parts.files.open_example(example or FIRST_EXAMPLE)
    if opened is not None:
        opened(window)
    application.aboutToQuit.connect(window.shut_down)  # not after `exec`: at the end of a session it may never return
    application.commitDataRequest.connect(lambda _manager: window.parts.recovery.record())
    try:
        with signals_ending(application):
            return application.exec()
    finally:
        sys.excepthook = sys.__excepthook__
        qInstallMessageHandler(None)
        stop_logging(handler)


def make_application() -> QApplication:
    """The one application object of this process, with our name, style and font."""
    present = QApplication.instance()
    application = present if isinstance(present, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("HVStudio")
    application.setApplicationDisplayName("HVStudio")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("hvstudio")
    application.setStyle("Fusion")
    application.setFont(interface_font())
    return application


def person_catalog(settings: Settings) -> tuple[Catalog, str]:
    """The shipped catalogue with the person's own on top, and what is wrong with the latter, if anything is."""
    shipped = shipped_catalog()
    if not settings.user_catalog:
        return shipped, ""
    try:
        return load_with_user_file(settings.user_catalog), ""
    except HVStudioError as error:
        return shipped, f"Your own catalogue is left out. {error}"


def install_crash_hook(parts: Parts) -> None:
    """What nobody catches is logged and shown; the work goes on, and the journal keeps it."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = record_crash(kind, error, trace)
        sys.stderr.write(text)
        with contextlib.suppress(Exception):  # an edge: the last line of defence must not fail itself
            parts.recovery.record()
            log = log_file(state_folder())
            parts.say(
                Message(
                    text=f"Something went wrong inside the studio ({kind.__name__}: {error}). Your work is kept; "
                    f"save it under another name to be sure. The details are in {log}.",
                    severity="error",
                    key="crash",
                )
            )

    sys.excepthook = hook


def _log_qt_message(kind: QtMsgType, _context: object, text: str) -> None:
    _qt_log.log(_QT_LEVELS.get(kind, logging.DEBUG), "%s", text)
