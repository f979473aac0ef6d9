"""The outline: the composition as a tree, the table twin of the canvas for keyboard and screen reader."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QShowEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QVBoxLayout, QWidget

from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import HVStudioError
from hvstudio.gui.icons import icon
from hvstudio.gui.theme import Theme
from hvstudio.model.document import Block, BlockId
from hvstudio.model.edits import remove_blocks, rename_block
from hvstudio.model.index import Index

_PATCHED_AT_MOST: Final = 100
BLOCK_ROLE: Final = Qt.ItemDataRole.UserRole + 1


class _OutlineTree(QTreeView):
    delete_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.state() != QAbstractItemView.State.EditingState:
            self.delete_wanted.emit()
            return
        super().keyPressEvent(event)


class OutlinePanel(QWidget):
    """Blocks by what they rest on. Selection, names and deletion are those of the workspace; F2 renames."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workspace = workspace
        self._items: dict[BlockId, QStandardItem] = {}
        self._icons: dict[str, QIcon] = {}
        self._telling = False
        self._is_stale = False
        self._model = QStandardItemModel(self)
        self.tree = _OutlineTree()
        self.tree.setObjectName("outline")
        self.tree.setAccessibleName("Outline of the composition")
        self.tree.setHeaderHidden(True)
        self.tree.setModel(self._model)
        self.tree.setIconSize(QSize(16, 16))
        self.tree.setIndentation(14)
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 2, 2)
        layout.addWidget(self.tree)
        self.tree.selectionModel().selectionChanged.connect(self._forward_selection)
        self.tree.delete_wanted.connect(self._delete)
        self._model.itemChanged.connect(self._forward_name)
        workspace.add_listener(self._follow)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._icons = {kind: icon(kind, theme) for kind in self._workspace.catalog.kinds}
        self._is_stale = True
        if self.isVisible():
            self._rebuild()

    def _follow(self, event: Event) -> None:
        if not self.isVisible():
            self._is_stale = True
            return
        change = event.change
        if event.replaced or (change.restacked and not self._can_be_patched(event)):
            self._rebuild()
            return
        if change.restacked:
            self._patch(event)
        for block_id in change.changed:
            self._refresh(block_id)
        if event.selection_changed or change.restacked:
            self._show_selection()

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while nobody looked is shown now."""
        super().showEvent(event)
        if self._is_stale:
            self._rebuild()

    def _can_be_patched(self, event: Event) -> bool:
        """Whether only a few blocks came or went, and none was moved."""
        change, blocks = event.change, self._workspace.document.blocks
        few = 0 < len(change.added) + len(change.removed) <= _PATCHED_AT_MOST
        return few and all(event.previous.blocks[item].rests_on == blocks[item].rests_on for item in change.changed)

    def _patch(self, event: Event) -> None:
        self._telling = True
        for block_id in event.change.removed:
            item = self._items.pop(block_id)
            support = event.previous.blocks[block_id].rests_on
            if support not in event.change.removed:
                (item.parent() or self._model.invisibleRootItem()).removeRow(item.row())
        index = self._workspace.index
        for block_id, block in self._workspace.document.blocks.items():
            if block_id in event.change.added:
                siblings = index.roots if block.rests_on is None else index.children_of(block.rests_on)
                self._insert(block, siblings.index(block_id))
        self._telling = False

    def _rebuild(self) -> None:
        self._telling = True
        self._model.clear()
        self._items = {}
        self._is_stale = False
        index = self._workspace.index
        self._model.invisibleRootItem().appendRows([self._tree_of(root, index) for root in index.roots])
        self.tree.expandAll()
        self._telling = False
        self._show_selection()

    def _tree_of(self, block_id: BlockId, index: Index) -> QStandardItem:
        """A block with all that rests on it, not yet in the model: putting it in as a whole is many times cheaper."""
        for current in reversed(list(index.subtree(block_id))):
            self._items[current] = self._item(self._workspace.document.blocks[current])
        for current in index.subtree(block_id):
            children = index.children_of(current)
            if children:
                self._items[current].appendRows([self._items[child] for child in children])
        return self._items[block_id]

    def _item(self, block: Block) -> QStandardItem:
        item = QStandardItem(self._icons.get(block.kind, QIcon()), block.name)
        item.setData(block.id, BLOCK_ROLE)
        self._describe(item, block)
        return item

    def _insert(self, block: Block, row: int) -> None:
        name = self._item(block)
        support = None if block.rests_on is None else self._items.get(block.rests_on)
        (self._model.invisibleRootItem() if support is None else support).insertRow(row, name)
        self._items[block.id] = name
        if support is not None:
            self.tree.expand(support.index())

    def _describe(self, item: QStandardItem, block: Block) -> None:
        what = self._what(block)
        item.setToolTip(f"{block.name}: {what}")
        item.setAccessibleText(f"{block.name}, {what}")

    def _what(self, block: Block) -> str:
        product = self._workspace.catalog.product_of(block)
        kind = self._workspace.catalog.kinds.get(block.kind)
        return product.label if product else kind.label if kind else block.kind

    def _refresh(self, block_id: BlockId) -> None:
        item = self._items.get(block_id)
        block = self._workspace.document.blocks.get(block_id)
        if item is None or block is None:
            return
        self._telling = True
        item.setText(block.name)
        self._describe(item, block)
        self._telling = False

    def _show_selection(self) -> None:
        wanted = QItemSelection()
        for block_id in self._workspace.selection:
            item = self._items.get(block_id)
            if item is not None:
                index = item.index()
                wanted.select(index, index)
        self._telling = True
        model = self.tree.selectionModel()
        model.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        primary = self._workspace.primary
        if primary is not None and primary in self._items:
            index = self._items[primary].index()
            model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.tree.scrollTo(index)
        self._telling = False

    def _forward_selection(self) -> None:
        if not self._telling:
            indexes: list[QModelIndex] = self.tree.selectionModel().selectedRows(0)
            self._workspace.select([index.data(BLOCK_ROLE) for index in indexes])

    def _forward_name(self, item: QStandardItem) -> None:
        block_id = item.data(BLOCK_ROLE)
        if self._telling or block_id is None:
            return
        text = item.text()
        try:
            self._workspace.apply("Rename", lambda document: rename_block(document, block_id, text))
        except HVStudioError:
            self._refresh(block_id)

    def _delete(self) -> None:
        doomed = self._workspace.selection
        if doomed:
            self._workspace.apply("Delete", lambda document: remove_blocks(document, doomed))
