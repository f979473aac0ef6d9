"""Menu bar and toolbar of the window, laid out from the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from hvstudio.editor.workspace import Workspace
from hvstudio.gui.window.actions.action import ARRANGE, BAR_END, MENUS
from hvstudio.gui.window.actions.shown import Actions, add_groups

_HISTORY_SHOWN: Final = 25
ICONS: Final = QSize(20, 20)
SMALL_ICONS: Final = QSize(16, 16)
"""With these the toolbar fits into a window of 800 pixels, the Run button included."""


class Menus:
    """The menus of one window; recent files and panels are filled in later."""

    def __init__(self, window: QMainWindow, actions: Actions) -> None:
        self.actions = actions
        self.menus: dict[str, QMenu] = {}
        self.recent = QMenu("Open recent", window)
        self.recent.setObjectName("recentFiles")
        for name in MENUS:
            self._fill(window.menuBar().addMenu(name), name)
        arrange = QMenu(ARRANGE, self.menus["Edit"])
        self._fill(arrange, ARRANGE)
        self.menus["Edit"].insertMenu(actions["select-all"], arrange)
        self.toolbar = self._tool_bar(window)

    def _fill(self, menu: QMenu, name: str) -> None:
        menu.setToolTipsVisible(True)
        self.menus[name] = menu
        for row, action in self.actions.in_menu(name):
            if row.starts_group:
                menu.addSeparator()
            menu.addAction(action)
            if row.name == "examples":
                menu.insertMenu(action, self.recent)

    def _tool_bar(self, window: QMainWindow) -> QToolBar:
        bar = QToolBar("Toolbar")
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(ICONS)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        add_groups(bar, self.actions.in_places(lambda action: action.bar if action.bar < BAR_END else 0))
        spring = QWidget()
        spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spring)
        add_groups(bar, self.actions.in_places(lambda action: action.bar if action.bar >= BAR_END else 0))
        for action in bar.actions():
            button = bar.widgetForAction(action)
            if isinstance(button, QToolButton) and action.objectName():
                button.setObjectName(action.objectName().replace("action.", "button.", 1))
                button.setAccessibleName(action.text().rstrip("…"))
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        run = bar.widgetForAction(self.actions["run"])
        assert isinstance(run, QToolButton)
        run.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        run.setProperty("primary", True)
        window.addToolBar(bar)
        return bar

    def add_docks(self, docks: Iterable[QDockWidget]) -> None:
        """Let the View menu show and hide panels."""
        menu = self.menus["View"].addMenu("Panels")
        menu.setObjectName("panels")
        for dock in docks:
            menu.addAction(dock.toggleViewAction())

    def add_themes(
        self, window: QMainWindow, themes: Sequence[tuple[str, str]], chosen: str, choose: Callable[[str], None]
    ) -> None:
        """Let the View menu switch the theme."""
        menu = self.menus["View"].addMenu("Theme")
        group = QActionGroup(window)
        for label, name in themes:
            action = QAction(label, window)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.triggered.connect(lambda _checked=False, name=name: choose(name))
            group.addAction(action)
            menu.addAction(action)

    def add_history(self, workspace: Workspace) -> None:
        """Let the Edit menu go to any earlier or later state of the document."""
        menu = QMenu("History", self.menus["Edit"])
        menu.setObjectName("history")
        self.menus["Edit"].insertMenu(self.actions["cut"], menu)

        def fill() -> None:
            menu.clear()
            steps = workspace.history
            first = max(0, len(steps) - _HISTORY_SHOWN)
            for position in reversed(range(first, len(steps))):
                action = menu.addAction(steps[position].label or "As it was opened")
                action.setCheckable(True)
                action.setChecked(position == workspace.history_position)
                action.triggered.connect(lambda _checked=False, position=position: workspace.go_to(position))

        menu.aboutToShow.connect(fill)

    def show_recent(self, paths: Sequence[str], open_path: Callable[[Path], None]) -> None:
        """List the recent files."""
        self.recent.clear()
        self.recent.setEnabled(bool(paths))
        for path in paths:
            action = self.recent.addAction(Path(path).name)
            action.setToolTip(path)
            action.setStatusTip(path)
            action.triggered.connect(lambda _checked=False, path=path: open_path(Path(path)))
