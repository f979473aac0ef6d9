"""The outline: the composition as a tree, the twin of the canvas for keyboard and screen reader."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QVBoxLayout, QWidget

from hvstudio.editor.workspace import Event, Workspace
from hvstudio.errors import HVStudioError
from hvstudio.gui.look.icons import kind_icon
from hvstudio.gui.look.theme import Theme
from hvstudio.gui.panels.outline_model import BLOCK_ROLE, OutlineModel
from hvstudio.model.document import BlockId
from hvstudio.model.edits import remove_blocks, rename_block

_ALL_OPEN: Final = 1500
"""Up to so many blocks the whole tree is unfolded; beyond, the stacks down to the VMs."""


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
        self._telling = False
        self._is_stale = True
        self.model = OutlineModel(workspace, self._rename)
        self.tree = _OutlineTree()
        self.tree.setObjectName("outline")
        self.tree.setAccessibleName("Outline of the composition")
        self.tree.setModel(self.model)
        self.tree.setHeaderHidden(True)
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
        workspace.add_listener(self._follow)
        self.apply_theme(theme)

    def apply_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self.model.icons = {name: kind_icon(kind, theme) for name, kind in self._workspace.catalog.kinds.items()}
        self.tree.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while nobody looked is shown now."""
        super().showEvent(event)
        if self._is_stale:
            self._rebuild()

    def _follow(self, event: Event) -> None:
        if not self.isVisible():
            self._is_stale = True
        elif event.replaced or event.change.restacked:
            self._rebuild()
        else:
            self.model.refresh(event.change.changed)
            if event.selection_changed:
                self._show_selection()

    def _rebuild(self) -> None:
        self._is_stale = False
        self._telling = True
        self.model.reset()
        if len(self._workspace.document) <= _ALL_OPEN:
            self.tree.expandAll()
        else:
            self.tree.expandToDepth(1)
        self._telling = False
        self._show_selection()

    def _show_selection(self) -> None:
        wanted = QItemSelection()
        for block_id in self._workspace.selection:
            place = self.model.place_of(block_id)
            wanted.select(place, place)
        self._telling = True
        selection = self.tree.selectionModel()
        selection.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        primary = self._workspace.primary
        if primary is not None:
            place = self.model.place_of(primary)
            selection.setCurrentIndex(place, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.tree.scrollTo(place)
        self._telling = False

    def _forward_selection(self) -> None:
        if not self._telling:
            indexes: list[QModelIndex] = self.tree.selectionModel().selectedRows(0)
            self._workspace.select([index.data(BLOCK_ROLE) for index in indexes])

    def _rename(self, block_id: BlockId, text: str) -> None:
        try:
            self._workspace.apply("Rename", lambda document: rename_block(document, block_id, text))
        except HVStudioError:
            self.model.refresh(frozenset({block_id}))

    def _delete(self) -> None:
        doomed = self._workspace.selection
        if doomed:
            self._workspace.apply("Delete", lambda document: remove_blocks(document, doomed))
