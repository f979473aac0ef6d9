"""The QActions of one window, made from the table: switched, named and explained as the state says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolBar

from hvstudio.gui.look.icons import icon
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.window.actions.action import Action
from hvstudio.gui.window.actions.state import State
from hvstudio.gui.window.actions.table import ACTIONS
from hvstudio.gui.window.parts import Parts


class Actions:
    """`refresh` shows a state; `done` is called after whatever one has chosen was done."""

    def __init__(self, parts: Parts, *, done: Callable[[], object]) -> None:
        self._parts = parts
        self._done = done
        self._theme = parts.theme
        self._shown: State | None = None
        self._actions = {action.name: self._made(action) for action in ACTIONS}
        self.apply_theme(parts.theme)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def in_menu(self, menu: str) -> list[tuple[Action, QAction]]:
        """The actions of a menu, in order."""
        return [(action, self._actions[action.name]) for action in ACTIONS if action.menu == menu]

    def in_places(self, place: Callable[[Action], int]) -> list[list[QAction]]:
        """The actions that have a place there, in its order, a list for each group."""
        there = sorted((action for action in ACTIONS if place(action)), key=place)
        tens = dict.fromkeys(place(action) // 10 for action in there)
        return [[self._actions[action.name] for action in there if place(action) // 10 == ten] for ten in tens]

    def apply_theme(self, theme: Theme) -> None:
        """Draw the icons in another theme's colours."""
        self._theme = theme
        for action in ACTIONS:
            if action.icon and action.symbol is None:
                self._actions[action.name].setIcon(icon(action.icon, theme))
        shown, self._shown = self._shown, None
        if shown is not None:
            self.refresh(shown)

    def refresh(self, state: State) -> None:
        """Switch every action on or off; the tool tip of one that is off says why."""
        if state == self._shown:
            return
        self._shown = state
        for action in ACTIONS:
            self._show(action, self._actions[action.name], state)

    def why_not(self, action: Action) -> str:
        """Why an action cannot be done now; empty when it can."""
        return "" if self._shown is None else action.why_not(self._shown)

    def _made(self, action: Action) -> QAction:
        made = QAction(action.text, self._parts.window)
        made.setObjectName(f"action.{action.name}")
        made.setShortcuts([QKeySequence(keys) for keys in action.keys])
        made.setMenuRole(action.role)
        made.setCheckable(action.is_on is not None)
        made.setIconVisibleInMenu(action.symbol is None)  # such an icon has the colour for the button's ground
        made.triggered.connect(lambda: self._do(action))
        return made

    def _do(self, action: Action) -> None:
        action.act(self._parts)
        self._done()

    def _show(self, action: Action, made: QAction, state: State) -> None:
        reason = action.why_not(state)
        made.setEnabled(not reason)
        made.setToolTip(_tool_tip(action, reason))
        made.setStatusTip(f"{action.tip}. {reason}" if reason else action.tip)
        if action.label is not None:
            made.setText(action.label(state))
        if action.is_on is not None:
            made.setChecked(action.is_on(state))
        if action.symbol is not None:
            self._draw(made, action.symbol(state))

    def _draw(self, made: QAction, symbol: str) -> None:
        drawn = f"{symbol} {self._theme.name}"
        if made.property("drawn") != drawn:
            made.setProperty("drawn", drawn)
            made.setIcon(icon(symbol, self._theme, colour="accent-text"))


def add_groups(place: QMenu | QToolBar, groups: Sequence[Sequence[QAction]]) -> None:
    """Put groups of actions into a menu or a bar, with a line between them."""
    for number, group in enumerate(groups):
        if number:
            place.addSeparator()
        place.addActions(group)


def _tool_tip(action: Action, reason: str) -> str:
    keys = action.shown_keys.replace("<", "&lt;")
    head = f"<b>{action.text.rstrip('…')}</b>" + (f" &nbsp; {keys}" if keys else "")
    tail = f"<p><i>Not now: {reason}</i></p>" if reason else ""
    return f"<p>{head}</p><p>{action.tip}.</p>{tail}"
