"""The context menu of a block or of the empty canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QMenu

from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.editor.slots import kinds_for
from hvstudio.gui.look.icons import kind_icon
from hvstudio.gui.panels.palette import Entry
from hvstudio.gui.window.actions import ARRANGE
from hvstudio.model.document import Block

if TYPE_CHECKING:
    from hvstudio.gui.canvas.view import ContextRequest
    from hvstudio.gui.window.main_window import MainWindow

_ON_BLOCK: Final = ("rename", "", "cut", "copy", "paste", "duplicate", "delete", "", "centre")
_ON_CANVAS: Final = ("paste", "select-all", "", "fit", "", "copy-image", "export")
_MANY: Final = 1


def context_menu(window: MainWindow, request: ContextRequest) -> None:
    """Show the menu where it was asked for."""
    menu = build_menu(window, request)
    menu.popup(request.at)
    menu.aboutToHide.connect(menu.deleteLater)


def build_menu(window: MainWindow, request: ContextRequest) -> QMenu:
    """The menu for what is under the pointer."""
    menu = QMenu(window)
    menu.setObjectName("contextMenu")
    block = None if request.block is None else window.workspace.document.blocks.get(request.block)
    if block is None:
        _add_insertions(window, menu.addMenu("Add"), tuple(window.workspace.catalog.kinds))
        menu.addSeparator()
        _add_actions(window, menu, _ON_CANVAS)
        return menu
    _add_run_controls(window, menu, block)
    fitting = kinds_for(window.workspace.catalog, block.kind)
    if fitting:
        _add_insertions(window, menu.addMenu("Add on it"), fitting)
        menu.addSeparator()
    _add_actions(window, menu, _ON_BLOCK)
    if window.actions_table["align-left"].isEnabled():
        menu.addMenu(window.menus.menus[ARRANGE])
    if role_of(block) is Role.HYPERVISOR:
        menu.addSeparator()
        _add_actions(window, menu, ("to-type1", "to-hybrid", "to-type2"))
    return menu


def _add_actions(window: MainWindow, menu: QMenu, names: tuple[str, ...]) -> None:
    for name in names:
        if name:
            menu.addAction(window.actions_table[name])
        else:
            menu.addSeparator()


def _add_run_controls(window: MainWindow, menu: QMenu, block: Block) -> None:
    if not window.runs.state.is_live:
        return
    menu.addAction(window.actions_table["crash"])
    if role_of(block) is Role.VIRTUAL_MACHINE:
        _add_actions(window, menu, ("pause-vm", "save-vm", "power-vm"))
    menu.addSeparator()


def _add_insertions(window: MainWindow, menu: QMenu, kinds: tuple[str, ...]) -> None:
    catalog = window.workspace.catalog
    for name in kinds:
        kind = catalog.kinds[name]
        picture = kind_icon(kind, window.theme)
        products = list(catalog.products_of(name))
        if len(products) <= _MANY:
            entry = Entry(name, products[0].id if products else "")
            menu.addAction(picture, kind.label, lambda entry=entry: window.insert(entry))
            continue
        group = menu.addMenu(picture, kind.label)
        for product in products:
            chosen = Entry(name, product.id)
            group.addAction(product.label, lambda chosen=chosen: window.insert(chosen))
