"""A studio that is left in the middle of everything: `python leaving.py WAY`, started by test_leaving.py.

It opens an example, starts a run, the analysis and a comparison, prints "busy", and leaves by the way asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from hvstudio.gui import app
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.model.edits import set_title

WAYS: dict[str, Callable[[MainWindow], object]] = {
    "close": lambda window: window.close(),
    "close all windows": lambda _window: QApplication.closeAllWindows(),
    "quit": lambda _window: QApplication.quit(),
    "exit": lambda _window: QApplication.exit(0),
    "exit with a code": lambda _window: QApplication.exit(3),
    "wait for a signal": lambda _window: None,
}


def begin(window: MainWindow) -> None:
    """Set everything going, and leave once all of it is under way."""
    way = sys.argv[1]
    timer = QTimer(window)

    def look() -> None:
        if not window.parts.workspace.document.blocks:
            return
        if window.parts.runs.state == "idle":
            window.parts.runs.set_speed(None)
            window.parts.choices.change(run_duration_s=0.0)
            window.parts.runs.start()
        elif window.parts.runs.state == "running" and not window.parts.comparing.is_running:
            window.parts.comparing.start(20)
        elif window.parts.comparing.is_running:
            timer.stop()
            if way not in ("close", "close all windows", "quit"):  # these ask about unsaved changes
                window.parts.workspace.apply("Rename", lambda document: set_title(document, "Left in the middle"))
            window.parts.analysis.start()
            print("busy", flush=True)
            WAYS[way](window)

    timer.timeout.connect(look)
    timer.start(5)


if __name__ == "__main__":
    sys.exit(app.run(example="hyper-v-2016", opened=begin))
