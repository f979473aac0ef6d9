"""Actions that explain."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QAction

from hvstudio.gui.window.actions.action import Action
from hvstudio.gui.window.dialogs.about import show_about
from hvstudio.gui.window.navigation import show_help, show_rule
from hvstudio.gui.window.parts import Parts


def _help(parts: Parts) -> None:
    """F1: the rule of the chosen finding while the Problems panel has the keyboard, else the first page."""
    finding, focused = parts.problems.current, parts.window.focusWidget()
    if finding is not None and focused is not None and parts.problems.isAncestorOf(focused):
        show_rule(parts, finding.rule)
    else:
        show_help(parts)


# fmt: off
HELP: Final[tuple[Action, ...]] = (
    Action(name="help", text="Help", menu="Help", icon="help", keys=("F1",), tip="How to use the studio", act=_help),
    Action(name="shortcuts", text="Keyboard cheat sheet", menu="Help", tip="All keys on one page",
           act=lambda parts: show_help(parts, "keyboard")),
    Action(name="about", text="About HVStudio", menu="Help", icon="about", tip="Versions and engine",
           role=QAction.MenuRole.AboutRole, act=lambda parts: show_about(parts.window, parts.theme)),
)
# fmt: on
