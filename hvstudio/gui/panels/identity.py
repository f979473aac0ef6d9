"""What a block is: name, product and attachment; and, with nothing selected, the document's title and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hvstudio.catalog.declaration import Seat
from hvstudio.catalog.kinds import role_of
from hvstudio.catalog.role import Role
from hvstudio.editor.workspace import Workspace
from hvstudio.errors import HVStudioError
from hvstudio.gui.look.icons import icon, kind_icon
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.widgets.allowing import allow
from hvstudio.gui.widgets.fields import LABEL_WIDTH, SEVERAL, CommitLine, CommitText, PatientComboBox
from hvstudio.model.document import Block, BlockId
from hvstudio.model.edits import attach, rename_block, set_product, set_title

_MAXIMUM_NAME: Final = 120


class IdentityForm(QWidget):
    """Kind, name, product and attachment of the selected blocks."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self._workspace = workspace
        self._theme = theme
        self._kind_name = ""
        self._mark = QLabel()
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._title.setWordWrap(True)
        self._place = QLabel()
        self._place.setTextFormat(Qt.TextFormat.PlainText)
        self._place.setProperty("role", "muted")
        self._place.setWordWrap(True)
        self.name = CommitLine()
        self.name.setObjectName("blockName")
        self.name.setAccessibleName("Name")
        self.name.setMaxLength(_MAXIMUM_NAME)
        self.name.finished.connect(self._rename)
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setProperty("role", "error")
        self.problem.setWordWrap(True)
        self.product = PatientComboBox()
        self.product.setObjectName("blockProduct")
        self.product.setAccessibleName("Product")
        self.product.setPlaceholderText(SEVERAL)
        self.product.activated.connect(self._set_product)
        self.attachment = PatientComboBox()
        self.attachment.setObjectName("blockAttachment")
        self.attachment.setAccessibleName("Attached to")
        self.attachment.setPlaceholderText(SEVERAL)
        self.attachment.activated.connect(self._attach)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._title)
        words.addWidget(self._place)
        head.addLayout(words, 1)
        self._form = QFormLayout()
        self._form.setContentsMargins(2, 4, 0, 0)
        self._form.setVerticalSpacing(4)
        self._form.setHorizontalSpacing(6)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for text, editor in (("Name", self.name), ("Product", self.product), ("Attached to", self.attachment)):
            label = QLabel(text)
            label.setFixedWidth(LABEL_WIDTH)
            label.setBuddy(editor)
            self._form.addRow(label, editor)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addLayout(self._form)
        column.addWidget(self.problem)

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        self._draw_mark()

    def editor(self, field: str) -> QWidget | None:
        """The editor of "name", "product" or "attached_to"; None for anything else."""
        return {"name": self.name, "product": self.product, "attached_to": self.attachment}.get(field)

    def show_blocks(self, blocks: Sequence[Block]) -> None:
        """Show what these blocks are."""
        kinds = {block.kind for block in blocks}
        kind = self._workspace.catalog.kinds.get(blocks[0].kind) if len(kinds) == 1 else None
        self._kind_name = blocks[0].kind if len(kinds) == 1 else ""
        self._draw_mark()
        label, plural = (kind.label, kind.plural) if kind else (blocks[0].kind, "blocks")
        self._title.setText(label if len(blocks) == 1 else f"{len(blocks)} {plural[0].lower()}{plural[1:]}")
        self._place.setText(self._place_of(blocks))
        self._place.setVisible(bool(self._place.text()))
        self.problem.hide()
        self.name.accept(blocks[0].name if len(blocks) == 1 else "")
        allow(self.name, why_not="" if len(blocks) == 1 else "Several blocks are selected; each has its own name.")
        self.name.setPlaceholderText("" if len(blocks) == 1 else SEVERAL)
        self._form.setRowVisible(self.product, kind is not None and kind.has_products)
        self._form.setRowVisible(self.attachment, kind is not None and bool(kind.attaches_to))
        if kind is not None and kind.has_products:
            self._fill_products(blocks)
        if kind is not None and kind.attaches_to:
            self._fill_targets(blocks, kind.attaches_to)

    def _draw_mark(self) -> None:
        kind = self._workspace.catalog.kinds.get(self._kind_name)
        picture = icon(self._kind_name or "select-all", self._theme) if kind is None else kind_icon(kind, self._theme)
        self._mark.setPixmap(picture.pixmap(QSize(24, 24), self.devicePixelRatioF()))

    def _place_of(self, blocks: Sequence[Block]) -> str:
        document = self._workspace.document
        supports = {block.rests_on for block in blocks}
        support = next(iter(supports)) if len(supports) == 1 else None
        kind = self._workspace.catalog.kinds.get(blocks[0].kind)
        if support is not None:
            return f"on {document.blocks[support].name}"
        return "" if kind is None or kind.seat is Seat.FREE or len(supports) > 1 else "rests on nothing"

    def _fill_products(self, blocks: Sequence[Block]) -> None:
        products = {block.product for block in blocks}
        self.product.clear()
        self.product.addItem("None in particular", "")
        for product in self._workspace.catalog.products_of(blocks[0].kind):
            self.product.addItem(product.label, product.id)
            self.product.setItemData(self.product.count() - 1, product.doc, Qt.ItemDataRole.ToolTipRole)
        present = next(iter(products))
        if len(products) == 1 and self.product.findData(present) < 0:
            self.product.addItem(f"{present} (not in this catalogue)", present)
        self.product.setCurrentIndex(self.product.findData(present) if len(products) == 1 else -1)

    def _fill_targets(self, blocks: Sequence[Block], kinds: Sequence[str]) -> None:
        index = self._workspace.index
        own_root = index.root_of(blocks[0].id)
        self.attachment.clear()
        self.attachment.addItem("Nothing", None)
        candidates = [item for item in self._workspace.document.blocks.values() if item.kind in kinds]
        candidates.sort(key=lambda item: index.root_of(item.id) != own_root)
        for candidate in candidates:
            support = candidate.rests_on and self._workspace.document.blocks[candidate.rests_on].name
            self.attachment.addItem(f"{candidate.name} ({support})" if support else candidate.name, candidate.id)
        targets = {block.attached_to for block in blocks}
        target = next(iter(targets))
        position = 0 if target is None else self.attachment.findData(target)
        self.attachment.setCurrentIndex(position if len(targets) == 1 else -1)

    def _rename(self, text: str) -> None:
        block_id = self._workspace.primary
        if block_id is None:
            return
        try:
            self._workspace.apply("Rename", lambda document: rename_block(document, block_id, text))
        except HVStudioError as error:
            self.problem.setText(f"{error.message[0].upper()}{error.message[1:]}. {error.hint}")
            self.problem.show()

    def _set_product(self) -> None:
        ids, product = self._workspace.selection, str(self.product.currentData())
        self._workspace.apply("Change product", lambda document: set_product(document, ids, product))

    def _attach(self) -> None:
        ids: tuple[BlockId, ...] = self._workspace.selection
        target: BlockId | None = self.attachment.currentData()

        def edit(document):  # type: ignore[no-untyped-def]
            for block_id in ids:
                document = attach(document, block_id, target)
            return document

        try:
            self._workspace.apply("Attach", edit)
        except HVStudioError as error:
            self.problem.setText(str(error))
            self.problem.show()


class DocumentForm(QWidget):
    """Title and notes of the document."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        heading = QLabel("This composition")
        heading.setProperty("role", "title")
        self.summary = QLabel()
        self.summary.setProperty("role", "muted")
        self.summary.setWordWrap(True)
        self.title = CommitLine()
        self.title.setObjectName("documentTitle")
        self.title.setAccessibleName("Title")
        self.title.finished.connect(self._commit)
        self.notes = CommitText()
        self.notes.setAccessibleName("What to look at")
        self.notes.setPlaceholderText("Notes: what is this for, what should one look at?")
        self.notes.setFixedHeight(170)
        self.notes.finished.connect(self._commit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (heading, self.summary, QLabel("Title"), self.title, QLabel("What to look at"), self.notes):
            column.addWidget(widget)

    def refresh(self) -> None:
        """Show the document's own fields."""
        document = self._workspace.document
        self.title.accept(document.title)
        self.notes.accept(document.notes)
        machines = sum(role_of(block) is Role.VIRTUAL_MACHINE for block in document.blocks.values())
        self.summary.setText(
            f"{_counted(len(document), 'block')}, {_counted(machines, 'virtual machine')}. "
            "Select a block to see its properties."
        )

    def _commit(self, _text: str) -> None:
        title, notes = self.title.text().strip() or "Untitled", self.notes.toPlainText()
        self._workspace.apply("Edit title and notes", lambda document: set_title(document, title, notes))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
