"""The palette: every block there is, in groups, to be dragged onto the canvas or inserted by Enter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen
from PySide6.QtCore import QMimeData, QModelIndex, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from hvstudio.catalog.catalog import Catalog
from hvstudio.catalog.declaration import Kind, Product
from hvstudio.editor.starters import Wanted
from hvstudio.gui.canvas.dragging import BLOCK_MIME, write_wanted
from hvstudio.gui.look.icons import kind_icon
from hvstudio.gui.look.theme import Theme

ENTRY_ROLE: Final = Qt.ItemDataRole.UserRole + 1
YEAR_ROLE: Final = Qt.ItemDataRole.UserRole + 2


@frozen
class Entry:
    """One thing that can be inserted: a kind, or a product of a kind."""

    kind: str
    product: str = ""


class _PaletteModel(QStandardItemModel):
    """The entries, grouped; items are dragged as JSON."""

    def mimeTypes(self) -> list[str]:
        return [BLOCK_MIME]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # type: ignore[override]
        dragged = next((index for index in indexes if index.data(ENTRY_ROLE)), None)
        if dragged is None:
            return QMimeData()
        entry: Entry = dragged.data(ENTRY_ROLE)
        data = write_wanted(Wanted(kind=entry.kind, product=entry.product))
        data.setText(dragged.data())
        return data


class _EntryDelegate(QStyledItemDelegate):
    """Draws an entry with its year at the right edge, quietly."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:  # type: ignore[override]
        super().paint(painter, option, index)
        year = index.data(YEAR_ROLE)
        if not year:
            return
        text_width = option.fontMetrics.horizontalAdvance(str(index.data())) + 52  # icon, margins, a gap
        if text_width + option.fontMetrics.horizontalAdvance(year) > option.rect.width():
            return
        painter.save()
        painter.setPen(self.theme.qcolor("text-muted"))
        area = option.rect.adjusted(0, 0, -8, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, year)
        painter.restore()


class _PaletteTree(QTreeView):
    """A tree whose entries are inserted by Enter and double-click."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.doubleClicked.connect(self._choose)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY_ROLE)
        if entry is not None:
            self.chosen.emit(entry)


class PalettePanel(QWidget):
    """The palette with its filter field. `insert_requested` carries the chosen Entry."""

    insert_requested = Signal(object)

    def __init__(self, catalog: Catalog, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(216)
        self._catalog = catalog
        self.filter_field = QLineEdit()
        self.filter_field.setObjectName("paletteFilter")
        self.filter_field.setPlaceholderText("Filter blocks")
        self.filter_field.setAccessibleName("Filter blocks")
        self.filter_field.setClearButtonEnabled(True)
        self.tree = _PaletteTree()
        self._delegate = _EntryDelegate(theme, self)
        self._model = _PaletteModel()
        self._proxy = QSortFilterProxyModel(self)
        self._set_up_tree()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 4, 4)
        layout.setSpacing(6)
        layout.addWidget(self.filter_field)
        layout.addWidget(self.tree, 1)
        self.filter_field.textChanged.connect(self._filter)
        self.filter_field.returnPressed.connect(self._insert_first)
        self.tree.chosen.connect(self.insert_requested)
        self.apply_theme(theme)

    def _set_up_tree(self) -> None:
        self._proxy.setSourceModel(self._model)
        self._proxy.setRecursiveFilteringEnabled(True)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        tree = self.tree
        tree.setObjectName("palette")
        tree.setAccessibleName("Palette of blocks")
        tree.setAccessibleDescription("Drag a block onto the canvas, or press Enter to insert it on the selection.")
        tree.setModel(self._proxy)
        tree.setItemDelegate(self._delegate)
        tree.setHeaderHidden(True)
        tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        tree.setIconSize(QSize(18, 18))
        tree.setIndentation(12)
        tree.setUniformRowHeights(True)
        tree.setDragEnabled(True)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def apply_theme(self, theme: Theme) -> None:
        """Draw icons and years in another theme's colours."""
        self._delegate.theme = theme
        self._model.clear()
        groups: dict[str, QStandardItem] = {}
        for kind in self._catalog.kinds.values():
            picture = kind_icon(kind, theme)
            group = groups.get(kind.palette_group)
            if group is None:
                group = groups[kind.palette_group] = _group_item(kind.palette_group)
                self._model.appendRow(group)
            for item in _items_of(kind, self._catalog):
                item.setIcon(picture)
                group.appendRow(item)
        self.tree.expandAll()

    def entries(self) -> list[tuple[Entry, QModelIndex]]:
        """Every entry that passes the filter, with its place in the tree."""
        found: list[tuple[Entry, QModelIndex]] = []
        for row in range(self._proxy.rowCount()):
            group = self._proxy.index(row, 0)
            for child in range(self._proxy.rowCount(group)):
                index = self._proxy.index(child, 0, group)
                found.append((index.data(ENTRY_ROLE), index))
        return found

    def _filter(self, text: str) -> None:
        self._proxy.setFilterFixedString(text.strip())
        self.tree.expandAll()
        found = self.entries()
        if found and text.strip():
            self.tree.setCurrentIndex(found[0][1])

    def _insert_first(self) -> None:
        entry = self.tree.currentIndex().data(ENTRY_ROLE)
        if entry is not None:
            self.insert_requested.emit(entry)


def _group_item(name: str) -> QStandardItem:
    item = QStandardItem(name)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    font = item.font()
    font.setBold(True)
    item.setFont(font)
    return item


def _items_of(kind: Kind, catalog: Catalog) -> list[QStandardItem]:
    products = list(catalog.products_of(kind.name))
    if not products:
        return [_entry_item(kind.label, Entry(kind.name), _tooltip(kind, None, catalog.kinds))]
    return [
        _entry_item(
            product.label, Entry(kind.name, product.id), _tooltip(kind, product, catalog.kinds), year=product.year
        )
        for product in products
    ]


def _entry_item(label: str, entry: Entry, tooltip: str, *, year: int = 0) -> QStandardItem:
    item = QStandardItem(label)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
    item.setData(entry, ENTRY_ROLE)
    item.setData(str(year) if year else "", YEAR_ROLE)
    item.setToolTip(tooltip)
    item.setAccessibleText(f"{label}, {year}" if year else label)
    return item


def _tooltip(kind: Kind, product: Product | None, kinds: Mapping[str, Kind]) -> str:
    places = ", ".join(kinds[name].label.lower() for name in kinds if name in kind.supports)
    tail = f"<p><i>Rests on: {places}</i></p>" if places else ""
    if product is None:
        return f"<p><b>{kind.label}</b></p><p>{kind.doc}</p>{tail}"
    maker = ", ".join(text for text in (product.vendor, str(product.year) if product.year else "") if text)
    head = f"<p><b>{product.label}</b>{f' ({maker})' if maker else ''}</p>"
    return f"{head}<p>{product.doc or kind.doc}</p>{tail}"
