"""What stands in the tables of panels and actions is found everywhere it should be, and in its old order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.gui.canvas.view import ContextRequest
from hvstudio.gui.look.theme import Theme, Themed
from hvstudio.gui.window.actions.table import ACTIONS
from hvstudio.gui.window.commands import commands_of
from hvstudio.gui.window.context_menu import build_menu
from hvstudio.gui.window.docks import BOTTOM, layout_text
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.gui.window.panels import PANELS
from hvstudio.gui.window.parts import Panel
from hvstudio.gui.work.background import Immediate
from hvstudio.gui.work.choices import Choices
from hvstudio.model.document import BlockId, Document


class Diary(QLabel):
    """A panel that nobody else knows of."""

    def __init__(self) -> None:
        super().__init__("nothing yet")
        self.themes: list[str] = []

    def apply_theme(self, theme: Theme) -> None:
        """Note the theme."""
        self.themes.append(theme.name)


def names(actions: list[QAction]) -> list[str]:
    """The names of actions, empty for a line."""
    return ["" if action.isSeparator() else action.objectName().removeprefix("action.") for action in actions]


def test_a_row_in_the_table_of_panels_is_all_that_a_new_panel_needs(
    qtbot: QtBot, catalog: Catalog, small_stack: Document, tmp_path: Path
) -> None:
    runner = Immediate()
    choices = Choices(runner)
    choices.change(theme="light")
    row = Panel(title="Diary", area=BOTTOM, make=lambda _parts: Diary(), is_shown_first=False)
    rows = (*PANELS, row)
    window = MainWindow(
        Workspace(small_stack, catalog=catalog), runner=runner, choices=choices, recovery_folder=tmp_path, panels=rows
    )
    qtbot.addWidget(window)
    dock = window.parts.docks["Diary"]
    assert window.dockWidgetArea(dock) is BOTTOM
    assert dock.isHidden()  # as its row says
    assert dock.toggleViewAction() in window.findChild(QMenu, "panels").actions()
    (command,) = [item for item in commands_of(window.parts, window.actions_table) if item.text == "Show Diary"]
    command.act()
    assert not dock.isHidden()
    window.choose_theme("dark")
    assert window.parts.panel(Diary).themes == ["dark"]
    dock.hide()
    assert json.loads(layout_text(window.parts, rows))["hidden"] == ["Diary"]
    window.parts.canvas.close_canvas()
    window.shut_down()


def test_every_panel_of_the_table_has_its_place(window: MainWindow) -> None:
    titles = [row.title for row in PANELS]
    assert list(window.parts.panels) == list(window.parts.docks) == titles
    for row in PANELS:
        assert window.dockWidgetArea(window.parts.docks[row.title]) is row.area
        assert window.parts.docks[row.title].widget() is window.parts.panels[row.title]


def test_another_theme_reaches_every_widget_that_draws_in_colours_of_its_own(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    themed = [widget for widget in window.findChildren(QWidget) if isinstance(widget, Themed)]
    told: list[QWidget] = []
    for kind in {type(widget) for widget in themed}:
        former = kind.apply_theme

        def apply_theme(self: QWidget, theme: Theme, former: object = former) -> None:
            told.append(self)
            former(self, theme)  # type: ignore[operator]

        monkeypatch.setattr(kind, "apply_theme", apply_theme)
    window.choose_theme("dark")
    assert len(themed) > 12
    assert [widget for widget in themed if told.count(widget) != 1] == []


def test_the_tool_bar_has_its_order(window: MainWindow) -> None:
    assert names(window.menus.toolbar.actions()) == [
        "new", "open", "examples", "save", "", "undo", "redo", "", "cut", "copy", "paste", "delete", "", "zoom-out",
        "zoom-in", "fit", "find", "", "export", "", "slower", "faster", "stop", "run-again", "run",
    ]  # fmt: skip


def block_menu(window: MainWindow, kind: str) -> list[str]:
    """The names of what stands in the context menu of the first block of a kind."""
    block = next(block.id for block in window.parts.workspace.document.blocks.values() if block.kind == kind)
    window.parts.workspace.select([block])
    menu = build_menu(window.parts, window.menus, ContextRequest(BlockId(block), QPoint()))
    return names(menu.actions())


EDITING = ["rename", "", "cut", "copy", "paste", "duplicate", "delete", "", "centre"]


def test_the_menu_of_a_block_has_what_is_meant_for_its_role(window: MainWindow) -> None:
    conversions = ["to-type1", "to-hybrid", "to-type2"]
    assert block_menu(window, "vm") == ["", "", *EDITING]  # what can be added is a menu without a name
    assert block_menu(window, "hypervisor") == ["", "", *EDITING, "", *conversions]


def test_the_menu_of_the_canvas_has_its_order(window: MainWindow) -> None:
    menu = build_menu(window.parts, window.menus, ContextRequest(None, QPoint()))
    assert names(menu.actions())[2:] == ["paste", "select-all", "", "fit", "", "copy-image", "export"]


def test_every_key_stands_on_the_page_of_keys(window: MainWindow) -> None:
    window.actions_table["shortcuts"].trigger()
    page = window.parts.help.browser.toPlainText()
    for action in ACTIONS:
        for keys in action.keys:
            assert keys in page, action.name


def test_the_command_palette_says_why_something_cannot_be_done(window: MainWindow) -> None:
    reasons = {item.text: item.why_not for item in commands_of(window.parts, window.actions_table)}
    assert reasons["Stop"] == "Nothing is running. Press Space to run."
    assert reasons["Run"] == ""


def test_the_grid_is_hidden_and_remembered(window: MainWindow) -> None:
    def colours() -> set[int]:
        picture = window.parts.canvas.viewport().grab().toImage()
        row = range(picture.width())
        return {picture.pixel(x, y) for y in range(2, 60) for x in row}

    window.parts.canvas.zoom_to(1.0)
    with_dots = colours()
    window.actions_table["grid"].trigger()
    assert len(colours()) < len(with_dots)
    assert not window.actions_table["grid"].isChecked()
    assert not Choices(Immediate()).settings.show_grid
    window.actions_table["grid"].trigger()
    assert colours() == with_dots
    assert window.actions_table["grid"].isChecked()
