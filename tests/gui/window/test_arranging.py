"""Free stacks are put in line from the Edit menu, when there is something to put in line."""

from __future__ import annotations

from hvstudio.gui.window.main_window import MainWindow
from hvstudio.model.document import Document
from hvstudio.model.edits import add_block


def test_two_hosts_are_put_on_common_ground_in_one_step(window: MainWindow) -> None:
    document, first = add_block(Document(), kind="host", name="First", position=(0.0, 0.0))
    document, second = add_block(document, kind="host", name="Second", position=(400.0, 90.0))
    window.parts.workspace.replace(document)
    window.parts.workspace.select([first])
    action = window.actions_table["align-bottom"]
    assert not action.isEnabled()
    assert "at least two hosts" in action.toolTip()
    window.parts.workspace.select([first, second])
    assert action.isEnabled()
    assert not window.actions_table["distribute-across"].isEnabled()
    action.trigger()
    assert window.parts.workspace.document.positions == {first: (0.0, 90.0), second: (400.0, 90.0)}
    assert window.actions_table["undo"].text() == "Undo align bottoms"
    action.trigger()
    assert window.actions_table["undo"].text() == "Undo align bottoms"
    window.parts.workspace.undo()
    assert window.parts.workspace.document is document


def test_the_edit_menu_holds_the_menu_of_arranging(window: MainWindow) -> None:
    arrange = window.menus.menus["Align and distribute"]
    assert arrange.menuAction() in window.menus.menus["Edit"].actions()
    names = [action.objectName() for action in arrange.actions() if not action.isSeparator()]
    assert len(names) == 8
    assert names[0] == "action.align-left"
