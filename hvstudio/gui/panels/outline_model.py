"""The composition as Qt's tree model: nothing is copied, every question is answered from the index of the document.

QStandardItem is not used on purpose: removing its rows leaves Python wrappers of deleted items behind, and whatever
object is next created at their address is taken for one of them (seen with PySide6 6.11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon

from hvstudio.editor.workspace import Workspace
from hvstudio.model.document import Block, BlockId
from hvstudio.model.index import Index

BLOCK_ROLE: Final = Qt.ItemDataRole.UserRole + 1
AnyIndex = QModelIndex | QPersistentModelIndex


class OutlineModel(QAbstractItemModel):
    """Blocks by what they rest on. `rename` is called with a block and the text that was typed."""

    def __init__(self, workspace: Workspace, rename: Callable[[BlockId, str], None]) -> None:
        super().__init__()
        self._workspace = workspace
        self._rename = rename
        self._index: Index = workspace.index
        self._ids: list[BlockId] = []
        self._numbers: dict[BlockId, int] = {}
        self._rows: dict[BlockId, int] = {}
        self.icons: Mapping[str, QIcon] = {}
        self.reset()

    def reset(self) -> None:
        """Take the present document."""
        self.beginResetModel()
        self._index = self._workspace.index
        self._ids = list(self._index.document.blocks)
        self._numbers = {block_id: number for number, block_id in enumerate(self._ids)}
        self._rows = {block_id: row for row, block_id in enumerate(self._index.roots)}
        for siblings in self._index.children.values():
            self._rows.update((block_id, row) for row, block_id in enumerate(siblings))
        self.endResetModel()

    def refresh(self, blocks: frozenset[BlockId]) -> None:
        """Show changed names and products; what rests on what must be as before."""
        self._index = self._workspace.index
        for block_id in blocks:
            place = self.place_of(block_id)
            if place.isValid():
                self.dataChanged.emit(place, place)

    def place_of(self, block_id: BlockId) -> QModelIndex:
        """Where a block stands in the tree; invalid for blocks that are not there."""
        if block_id not in self._numbers:
            return QModelIndex()
        return self.createIndex(self._rows[block_id], 0, self._numbers[block_id])

    def index(self, row: int, column: int, parent: AnyIndex = QModelIndex()) -> QModelIndex:  # noqa: B008
        """The place of a child."""
        siblings = self._children(parent)
        if column != 0 or not 0 <= row < len(siblings):
            return QModelIndex()
        return self.createIndex(row, 0, self._numbers[siblings[row]])

    def parent(self, index: AnyIndex = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """The place of what a block rests on."""
        block = self._block(index)
        return QModelIndex() if block is None or block.rests_on is None else self.place_of(block.rests_on)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """How many blocks rest on a block."""
        return len(self._children(parent))

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """One column."""
        return 1

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Everything can be chosen and renamed."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, icon, and what it is."""
        block = self._block(index)
        if block is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return block.name
        if role == Qt.ItemDataRole.DecorationRole:
            return self.icons.get(block.kind)
        if role == BLOCK_ROLE:
            return block.id
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{block.name}, {self._what(block)}"
        return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Rename a block."""
        block = self._block(index)
        if block is None or role != Qt.ItemDataRole.EditRole:
            return False
        self._rename(block.id, str(value))
        return True

    def _children(self, parent: AnyIndex) -> tuple[BlockId, ...]:
        return self._index.children_of(self._ids[parent.internalId()]) if parent.isValid() else self._index.roots

    def _block(self, index: AnyIndex) -> Block | None:
        if not index.isValid() or index.internalId() >= len(self._ids):
            return None
        return self._index.document.blocks.get(self._ids[index.internalId()])

    def _what(self, block: Block) -> str:
        product = self._workspace.catalog.product_of(block)
        kind = self._workspace.catalog.kinds.get(block.kind)
        return product.label if product else kind.label if kind else block.kind
