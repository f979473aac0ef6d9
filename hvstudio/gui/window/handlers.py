"""What each action of the table does in a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

from hvstudio.editor.aligning import Direction, Line
from hvstudio.gui.window.dialogs.about import show_about

if TYPE_CHECKING:
    from hvstudio.gui.window.main_window import MainWindow


def handlers_of(window: MainWindow) -> dict[str, Callable[[], object]]:
    """One call for each action of the table."""
    canvas, files, runs, exports = window.canvas, window.files, window.runs, window.exports
    return {
        "new": files.new,
        "open": files.open,
        "examples": window.show_gallery,
        "save": files.save,
        "save-as": files.save_as,
        "export": exports.export_picture,
        "copy-image": exports.copy_picture,
        "export-plot": exports.export_plot,
        "quit": window.close,
        "undo": window.workspace.undo,
        "redo": window.workspace.redo,
        "cut": canvas.commands.cut,
        "copy": canvas.commands.copy,
        "paste": canvas.commands.paste,
        "duplicate": canvas.commands.duplicate,
        "delete": canvas.commands.delete,
        "rename": canvas.rename,
        "select-all": canvas.commands.select_all,
        "find": window.find_bar.open,
        "command-palette": window.command_palette.open,
        **{f"align-{line}": lambda line=line: canvas.align(line) for line in get_args(Line)},
        **{f"distribute-{way}": lambda way=way: canvas.distribute(way) for way in get_args(Direction)},
        "zoom-in": canvas.zoom_in,
        "zoom-out": canvas.zoom_out,
        "fit": canvas.fit,
        "centre": lambda: _on_primary(window, canvas.centre_on),
        "run": runs.toggle,
        "stop": runs.stop,
        "run-again": runs.start,
        "slower": lambda: runs.change_speed(-1),
        "faster": lambda: runs.change_speed(1),
        "crash": lambda: _on_primary(window, runs.crash),
        "pause-vm": lambda: _on_primary(window, runs.toggle_pause),
        "save-vm": lambda: _on_primary(window, runs.toggle_saved),
        "power-vm": lambda: _on_primary(window, runs.toggle_power),
        "to-type1": lambda: window.architecture.convert_to("type1"),
        "to-hybrid": lambda: window.architecture.convert_to("hybrid"),
        "to-type2": lambda: window.architecture.convert_to("type2"),
        "compare": lambda: _compare(window),
        "help": lambda: _help(window),
        "shortcuts": lambda: _show_page(window, "keyboard"),
        "about": lambda: show_about(window),
    }


def _on_primary(window: MainWindow, act: Callable[..., object]) -> None:
    if window.workspace.primary is not None:
        act(window.workspace.primary)


def _compare(window: MainWindow) -> None:
    window.show_panel("Compare")
    window.comparison.begin()


def _help(window: MainWindow) -> None:
    """F1: the rule of the chosen finding while the Problems panel has the keyboard, else the first page."""
    finding = window.problems.current
    if finding is not None and window.problems.isAncestorOf(window.focusWidget() or window):
        window.show_rule(finding.rule)
    else:
        _show_page(window, "")


def _show_page(window: MainWindow, page: str) -> None:
    window.help_panel.show_page(page)
    window.show_panel("Help")
