"""The context menu of a block or of the empty canvas."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from hvstudio.catalog.kinds import role_of
from hvstudio.editor.slots import kinds_for
from hvstudio.gui.canvas.view import ContextRequest
from hvstudio.gui.look.icons import kind_icon
from hvstudio.gui.panels.palette import Entry
from hvstudio.gui.window.actions.action import ARRANGE, Action
from hvstudio.gui.window.actions.shown import add_groups
from hvstudio.gui.window.menus import Menus
from hvstudio.gui.window.navigation import insert
from hvstudio.gui.window.parts import Parts
from hvstudio.model.document import Block

_MANY: Final = 1
_ADDING: Final = 10
"""Before this place in the menu of a block stands what can be added on it."""
_CONVERTING: Final = 40
"""Before this one, how stacks are put in line."""
_END: Final = 100


def context_menu(parts: Parts, menus: Menus, request: ContextRequest) -> None:
    """Show the menu where it was asked for."""
    menu = build_menu(parts, menus, request)
    menu.popup(request.at)
    menu.aboutToHide.connect(menu.deleteLater)


def build_menu(parts: Parts, menus: Menus, request: ContextRequest) -> QMenu:
    """The menu for what is under the pointer."""
    menu = QMenu(parts.window)
    menu.setObjectName("contextMenu")
    block = None if request.block is None else parts.workspace.document.blocks.get(request.block)
    if block is None:
        _add_insertions(parts, menu.addMenu("Add"), tuple(parts.workspace.catalog.kinds))
        menu.addSeparator()
        add_groups(menu, menus.actions.in_places(lambda action: action.on_canvas))
        return menu
    of_runs = _block_actions(parts, menus, block, places=range(1, _ADDING))
    add_groups(menu, of_runs)
    if of_runs:
        menu.addSeparator()
    fitting = kinds_for(parts.workspace.catalog, block.kind)
    if fitting:
        _add_insertions(parts, menu.addMenu("Add on it"), fitting)
        menu.addSeparator()
    add_groups(menu, _block_actions(parts, menus, block, places=range(_ADDING, _CONVERTING)))
    if menus.actions["align-left"].isEnabled():
        menu.addMenu(menus.menus[ARRANGE])
    of_role = _block_actions(parts, menus, block, places=range(_CONVERTING, _END))
    if of_role:
        menu.addSeparator()
    add_groups(menu, of_role)
    return menu


def _block_actions(parts: Parts, menus: Menus, block: Block, *, places: range) -> list[list[QAction]]:
    """The actions for a block that have one of these places in its menu."""
    role, is_running = role_of(block), parts.runs.state.is_live

    def place(action: Action) -> int:
        is_meant = not action.roles or role in action.roles
        return (
            action.on_block if action.on_block in places and is_meant and (is_running or not action.is_of_runs) else 0
        )

    return menus.actions.in_places(place)


def _add_insertions(parts: Parts, menu: QMenu, kinds: tuple[str, ...]) -> None:
    catalog = parts.workspace.catalog
    for name in kinds:
        kind = catalog.kinds[name]
        picture = kind_icon(kind, parts.theme)
        products = list(catalog.products_of(name))
        if len(products) <= _MANY:
            entry = Entry(name, products[0].id if products else "")
            menu.addAction(picture, kind.label, lambda entry=entry: insert(parts, entry))
            continue
        group = menu.addMenu(picture, kind.label)
        for product in products:
            chosen = Entry(name, product.id)
            group.addAction(product.label, lambda chosen=chosen: insert(parts, chosen))
