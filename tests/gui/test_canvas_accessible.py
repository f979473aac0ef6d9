"""What assistive technology is told about the canvas: its blocks by name, place and state."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAccessible, QAccessibleInterface
from pytestqt.qtbot import QtBot

from hvstudio.catalog.catalog import Catalog
from hvstudio.editor.workspace import Workspace
from hvstudio.gui.canvas.view import CanvasView
from hvstudio.gui.look.theme import Theme
from hvstudio.model.document import BlockId, Document
from hvstudio.model.edits import remove_blocks

NAME, DESCRIPTION = QAccessible.Text.Name, QAccessible.Text.Description


@pytest.fixture
def canvas(make_canvas: Callable[..., CanvasView], small_stack: Document) -> CanvasView:
    return make_canvas(small_stack)


def interface(view: CanvasView) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(view)


def names(view: CanvasView) -> list[str]:
    found = interface(view)
    return [found.child(number).text(NAME) for number in range(found.childCount())]


def test_every_block_is_a_child_with_its_name(canvas: CanvasView, small_stack: Document) -> None:
    assert sorted(names(canvas)) == sorted(block.name for block in small_stack.blocks.values())


def test_a_block_says_what_it_is_and_on_what(canvas: CanvasView) -> None:
    block = interface(canvas).child(names(canvas).index("VM 1"))
    assert block.role() == QAccessible.Role.ListItem
    assert block.text(DESCRIPTION) == "VM 1, virtual machine, 1 vCPU · 1 GiB, on Hyper-V"


def test_a_block_is_found_where_it_is_on_the_screen(canvas: CanvasView) -> None:
    found = interface(canvas)
    for number, name in enumerate(names(canvas)):
        if name in ("Server", "Hyper-V"):
            continue  # their middle may be under nothing, or under a device
        rect = found.child(number).rect()
        assert found.childAt(rect.left() + 4, rect.center().y()).text(NAME) == name
        assert found.indexOfChild(found.child(number)) == number


def test_the_primary_block_has_the_focus(
    canvas: CanvasView, small_stack: Document, id_of: Callable[[Document, str], BlockId]
) -> None:
    assert interface(canvas).focusChild() is None
    canvas.workspace.select([id_of(small_stack, "VM 2")])
    assert interface(canvas).focusChild().text(NAME) == "VM 2"


def test_blocks_come_and_go_with_the_document(
    canvas: CanvasView, small_stack: Document, id_of: Callable[[Document, str], BlockId]
) -> None:
    machine = interface(canvas).child(names(canvas).index("VM 2"))
    gone = id_of(small_stack, "VM 2")
    canvas.workspace.apply("Delete", lambda document: remove_blocks(document, [gone]))
    assert "VM 2" not in names(canvas)
    assert not machine.isValid()
    assert machine.text(NAME) == ""


def test_canvases_that_were_asked_may_go(qtbot: QtBot, catalog: Catalog, light: Theme, small_stack: Document) -> None:
    """Qt notes interfaces by number; none may be left that leads to something destroyed."""
    noted: list[int] = []
    for closed in (True, False) * 5:
        view = CanvasView(Workspace(small_stack, catalog=catalog), light)
        found = interface(view)
        noted.extend(QAccessible.uniqueId(found.child(number)) for number in range(found.childCount()))
        if closed:
            view.close_canvas()
        view.deleteLater()
        del view, found
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    for number in noted:
        known = QAccessible.accessibleInterface(number)
        assert known is None or not known.isValid()
