"""What the command palette offers: every action, every panel, every block to insert, every block to go to."""

from __future__ import annotations

from collections.abc import Iterator

from hvstudio.gui.look.icons import kind_icon
from hvstudio.gui.panels.palette import Entry
from hvstudio.gui.window.actions.shown import Actions
from hvstudio.gui.window.actions.table import ACTIONS
from hvstudio.gui.window.bars.command_palette import Command
from hvstudio.gui.window.navigation import go_to_block, insert, show_panel
from hvstudio.gui.window.parts import Parts

_ITSELF = "command-palette"


def commands_of(parts: Parts, actions: Actions) -> list[Command]:
    """All commands at this moment, those that cannot be done now with the reason."""
    return [
        *_actions(actions),
        *_panels_to_show(parts),
        *_blocks_to_insert(parts),
        *_blocks_to_find(parts),
    ]


def _actions(actions: Actions) -> Iterator[Command]:
    for row in ACTIONS:
        action = actions[row.name]
        if row.name != _ITSELF:
            yield Command(
                text=action.text(), act=action.trigger, detail=row.shown_keys, icon=action.icon(),
                why_not=actions.why_not(row),
            )  # fmt: skip


def _panels_to_show(parts: Parts) -> Iterator[Command]:
    for title in parts.panels:
        yield Command(text=f"Show {title}", act=lambda title=title: show_panel(parts, title), detail="Panel")


def _blocks_to_insert(parts: Parts) -> Iterator[Command]:
    catalog = parts.workspace.catalog
    for kind in catalog.kinds.values():
        picture = kind_icon(kind, parts.theme)
        entries = [(product.label, Entry(kind.name, product.id)) for product in catalog.products_of(kind.name)]
        for label, entry in entries or [(kind.label, Entry(kind.name))]:
            yield Command(
                text=f"Insert {label}", act=lambda entry=entry: insert(parts, entry), detail=kind.label, icon=picture
            )


def _blocks_to_find(parts: Parts) -> Iterator[Command]:
    pictures = {name: kind_icon(kind, parts.theme) for name, kind in parts.workspace.catalog.kinds.items()}
    for block in parts.workspace.document.blocks.values():
        yield Command(
            text=f"Go to {block.name}",
            act=lambda block_id=block.id: go_to_block(parts, block_id),
            icon=pictures.get(block.kind),
        )
