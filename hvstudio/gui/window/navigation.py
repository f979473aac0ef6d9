"""Bringing things to the front: a panel, a block on the canvas, the field of a finding, the examples."""

from __future__ import annotations

from hvstudio.checks.finding import Finding
from hvstudio.gui.panels.palette import Entry
from hvstudio.gui.window.parts import Parts
from hvstudio.model.document import BlockId


def show_panel(parts: Parts, title: str) -> None:
    """Bring a panel to the front."""
    parts.docks[title].show()
    parts.docks[title].raise_()


def show_gallery(parts: Parts) -> None:
    """Show the examples in place of the canvas."""
    parts.gallery.refresh(parts.choices.settings.recent_files)
    parts.stack.setCurrentWidget(parts.gallery)
    parts.gallery.setFocus()


def close_gallery(parts: Parts) -> None:
    """Back to the canvas."""
    parts.stack.setCurrentWidget(parts.canvas)


def insert(parts: Parts, entry: Entry) -> None:
    """Put a block of the palette where the selection suggests."""
    close_gallery(parts)
    parts.canvas.insert(entry.kind, entry.product)


def go_to_block(parts: Parts, block: str) -> None:
    """Select a block and bring it into view; where it is seen already, nothing moves."""
    block_id = BlockId(block)
    if block_id in parts.workspace.document.blocks:
        close_gallery(parts)
        parts.workspace.select([block_id])
        parts.canvas.reveal(block_id)


def go_to_finding(parts: Parts, finding: Finding) -> None:
    """Select the block of a finding, mark what else it is about, and open the field it speaks of."""
    if finding.block is None or finding.block not in parts.workspace.document.blocks:
        return
    go_to_block(parts, finding.block)
    parts.canvas.set_highlight(finding.related)
    if finding.parameter:
        show_panel(parts, "Inspector")
        parts.inspector.open_field(finding.parameter)


def show_rule(parts: Parts, rule: str) -> None:
    """Open the page of a rule in the help panel."""
    parts.help.show_rule(rule)
    show_panel(parts, "Help")


def show_help(parts: Parts, page: str = "") -> None:
    """Open a page of the help panel; the first one if none is named."""
    parts.help.show_page(page)
    show_panel(parts, "Help")
