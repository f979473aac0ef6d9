"""What the canvas can do with the selection, by key or from a menu; each command is one call."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from hvstudio.catalog.declaration import Seat
from hvstudio.editor.clipboard import MIME, copy_text, duplicate, paste
from hvstudio.editor.gestures import Proposal, heads_of, snapped
from hvstudio.editor.names import names_of
from hvstudio.editor.slots import best_support, refusal, suggested_support
from hvstudio.editor.starters import Wanted, add_from_palette
from hvstudio.errors import EditError
from hvstudio.gui.canvas.scene import CanvasScene
from hvstudio.gui.clipboard import put_on_clipboard
from hvstudio.model.document import Block, BlockId, Point
from hvstudio.model.edits import remove_blocks

_CONTROL: Final = Qt.KeyboardModifier.ControlModifier
_NONE: Final = Qt.KeyboardModifier.NoModifier
_PROBE: Final = BlockId("?")


class CanvasCommands:
    """Commands on the selection of one canvas. `tell` is called with a sentence when a command cannot do its work."""

    def __init__(self, scene: CanvasScene, tell: Callable[[str], None] | None = None) -> None:
        self.scene = scene
        self.workspace = scene.workspace
        self.tell = tell or (lambda sentence: None)
        self._keys: dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], object]] = {
            (Qt.Key.Key_Delete, _NONE): self.delete,
            (Qt.Key.Key_Backspace, _NONE): self.delete,
            (Qt.Key.Key_C, _CONTROL): self.copy,
            (Qt.Key.Key_X, _CONTROL): self.cut,
            (Qt.Key.Key_V, _CONTROL): self.paste,
            (Qt.Key.Key_D, _CONTROL): self.duplicate,
            (Qt.Key.Key_A, _CONTROL): self.select_all,
        }

    def run_key(self, event: QKeyEvent) -> bool:
        """Run the command of a key, if it has one."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        command = self._keys.get((Qt.Key(event.key()), modifiers))
        if command is None:
            return False
        command()
        return True

    def delete(self) -> None:
        """Delete the selection with what rests on it; afterwards what carried it is selected."""
        heads = heads_of(self.scene.stage, self.workspace.selection)
        if not heads:
            return
        document = self.workspace.document
        support = document.block(heads[-1]).rests_on
        label = f"Delete {names_of(document, heads)}"
        self.workspace.apply(
            label, lambda present: remove_blocks(present, heads), select=[support] if support is not None else []
        )

    def copy(self) -> bool:
        """Copy the selection as text."""
        text = copy_text(self.workspace.document, self.workspace.selection)
        if not text:
            return False
        put_on_clipboard({MIME: text.encode()}, text=text)
        return True

    def cut(self) -> None:
        """Copy the selection and delete it."""
        if self.copy():
            self.delete()

    def paste(self, onto: BlockId | None = None, position: Point | None = None) -> bool:
        """Paste onto a block (the primary one, if none is given); gives whether there was something to paste."""
        data = QGuiApplication.clipboard().mimeData()
        if data is None:  # an empty clipboard on some platforms, whatever the stubs say
            self.tell("The clipboard is empty. Copy blocks with Ctrl+C first.")
            return False
        text = bytes(data.data(MIME).data()).decode("utf-8", "replace") if data.hasFormat(MIME) else data.text()
        target = onto if onto is not None or position is not None else self.workspace.primary
        try:
            document, made = paste(
                self.workspace.document, text, target, position, catalog=self.workspace.catalog
            )  # fmt: skip
        except EditError as error:
            self.tell(str(error)[:1].upper() + str(error)[1:])
            return False
        label = f"Paste {names_of(document, made)}"
        self.workspace.apply(label, lambda _: document, select=made)
        return True

    def duplicate(self, count: int = 1) -> None:
        """Put copies of the selection beside it."""
        chosen = heads_of(self.scene.stage, self.workspace.selection)
        document, made = duplicate(self.workspace.document, chosen, catalog=self.workspace.catalog, count=count)
        if made:
            label = f"Duplicate {names_of(self.workspace.document, chosen)}"
            self.workspace.apply(label, lambda _: document, select=made)

    def select_all(self) -> None:
        """Select every block."""
        self.workspace.select(self.workspace.document.blocks)

    def insert(self, wanted: Wanted, middle: Point) -> Proposal | None:
        """Something new on the primary block or a support of it; without a selection where such things usually go, or
        free in the middle.
        """
        workspace = self.workspace
        declared = workspace.catalog.kinds.get(wanted.kind)
        if declared is None:
            return None
        primary = workspace.primary
        support = None
        if primary is None:
            support = suggested_support(workspace.catalog, workspace.document, workspace.index, wanted.kind)
        elif declared.seat is not Seat.FREE:
            support = best_support(
                workspace.catalog, workspace.document, workspace.index,
                kind=wanted.kind, pointed_at=primary, without=frozenset(),
            )  # fmt: skip
            if support is None:
                over = workspace.document.block(primary).kind
                self.tell(refusal(workspace.catalog, wanted.kind, over))
                return None
        position = None if support is not None else snapped(self._free_spot(wanted, middle))
        document, made = add_from_palette(
            workspace.document, workspace.catalog, wanted, support=support, position=position
        )  # fmt: skip
        return Proposal(label=f"Add {names_of(document, made)}", document=document, select=made)

    def probe(self, wanted: Wanted) -> Block:
        """What a new block would be, before it is in the document: for its ghost and its size."""
        product = self.workspace.catalog.product(wanted.product)
        kind = self.workspace.catalog.kinds.get(wanted.kind)
        name = product.label if product else kind.label if kind else wanted.kind
        if wanted.count > 1:
            name = f"{wanted.count} × {name}"
        return Block(id=_PROBE, kind=wanted.kind, name=name, product=wanted.product)

    def size_of(self, wanted: Wanted) -> tuple[float, float]:
        """How large a new block is."""
        return self.scene.faces.measure(self.probe(wanted))

    def tip(self, block_id: BlockId | None) -> str:
        """What to tell about a block when the pointer rests on it."""
        if block_id is None or block_id not in self.workspace.document.blocks:
            return ""
        block = self.workspace.document.block(block_id)
        face = self.scene.faces.of(block)
        kind = self.workspace.catalog.kinds.get(block.kind)
        lines = [f"<b>{escape(block.name)}</b>", escape(kind.label if kind else block.kind)]
        if face.facts:
            lines.append(escape(face.facts))
        if block.attached_to is not None:
            lines.append(f"attached to {escape(self.workspace.document.block(block.attached_to).name)}")
        return "<br>".join(lines)

    def described(self, block_id: BlockId | None) -> str:
        """A block in one sentence, for screen readers."""
        document = self.workspace.document
        if block_id is None or block_id not in document.blocks:
            return ""
        block = document.block(block_id)
        kind = self.workspace.catalog.kinds.get(block.kind)
        parts = [block.name, (kind.label if kind else block.kind).lower()]
        facts = self.scene.faces.of(block).facts
        if facts:
            parts.append(facts)
        parts.append("free" if block.rests_on is None else f"on {document.block(block.rests_on).name}")
        severity = self.scene.picture.marks.severities.get(block_id)
        if severity is not None:
            parts.append(f"has findings, worst: {severity.name.lower()}")
        return ", ".join(parts)

    def _free_spot(self, wanted: Wanted, middle: Point) -> Point:
        """Near the middle of the view, right of what stands there already."""
        width, height = self.size_of(wanted)
        x, y = middle[0] - width / 2, middle[1] + height / 2
        stage = self.scene.stage
        columns = [stage.layout.places[root].column for root in stage.index.roots if root in stage.layout.places]
        moved = True
        while moved:
            moved = False
            for column in columns:
                if column.x < x + width and x < column.right and column.y < y and y - height < column.bottom:
                    x, moved = column.right + 48.0, True
        return x, y
