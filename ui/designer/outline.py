"""The parts of the template as a tree: bands from top to bottom, in them what lies above what, tables with their columns."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import icons, theme
from ui.designer import edits
from ui.designer.band_names import BANDS, band_colour, band_title, kind_icon, short_name
from ui.designer.work import Work
from ui.widgets.buttons import Button, IconButton

_ID = Qt.ItemDataRole.UserRole


class Outline(QWidget):
    """Shows all parts, also those under others, and selects them. The topmost element stands first in its band."""

    reveal_wanted = Signal(str)
    menu_wanted = Signal(QPoint)

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work, self._document = work, work.document
        self._quiet: frozenset[str] = frozenset()
        self._items: dict[str, QTreeWidgetItem] = {}
        self._shown: Any = None
        self._busy = False
        self.tree = _Tree(work)
        self.tree.setAccessibleName(_("Parts"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        column.addLayout(self._buttons())
        column.addWidget(self.tree, 1)
        self.tree.itemSelectionChanged.connect(self._chosen)
        self.tree.customContextMenuRequested.connect(lambda at: self.menu_wanted.emit(self.tree.mapToGlobal(at)))
        self._document.changed.connect(self.refresh)
        self._document.selected.connect(self._select)
        self.refresh()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        menu = QMenu(self)
        for kind, words in BANDS.items():
            if kind == "table":
                menu.addAction(_(words), lambda: self._work.add_table("lines"))
            elif kind != "group_foot":
                menu.addAction(_(words), partial(self._work.add_band, kind))
        row.addWidget(Button(_("Band"), "add", menu=menu))
        row.addStretch(1)
        row.addWidget(IconButton("arrow_up", _("Move up"), lambda: self._step(-1)))
        row.addWidget(IconButton("arrow_down", _("Move down"), lambda: self._step(1)))
        row.addWidget(IconButton("delete", _("Delete"), self._work.remove))
        return row

    def _step(self, by: int) -> None:
        """A band among the bands, an element among those of its band, a column among the columns."""
        document = self._document
        if not document.selection:
            return
        id_ = document.selection[-1]
        kind = document.spots[id_].kind
        if kind == "band":
            self._work.move_band(by)
        elif kind == "column":
            document.do(_("Move the column"), lambda t: edits.move_column(t, id_, by))
        else:
            self._work.restack("up" if by < 0 else "down")

    def show_quiet(self, quiet: frozenset[str]) -> None:
        """What leaves nothing on the paper with the record shown is grey."""
        if quiet != self._quiet:
            self._quiet = quiet
            self._tint()

    def refresh(self) -> None:
        """Build the tree anew where the parts are other ones."""
        shape = [
            (band.id, band_title(band), [(e.id, short_name(e), e.locked) for e in edits.elements_in(band)], _columns(band))
            for band in self._document.template.bands
        ]
        if shape == self._shown:
            return
        self._shown = shape
        self._busy = True
        folded = {id_ for id_, item in self._items.items() if item.childCount() and not item.isExpanded()}
        self._items.clear()
        self.tree.clear()
        band: Any
        for band in self._document.template.bands:
            item = self._item(self.tree.invisibleRootItem(), band.id, band_title(band), "layout_row_three", band_colour(band.kind))
            for element in reversed(edits.elements_in(band)):
                icon = "lock_closed" if element.locked else kind_icon(getattr(element, "kind", ""))
                child = self._item(item, element.id, short_name(element), icon, "faint")
                for id_, title in _columns(element):
                    self._item(child, id_, title, "table_insert_column", "faint")
            for id_, title in _columns(band):
                self._item(item, id_, title, "table_insert_column", "faint")
            item.setExpanded(band.id not in folded)
        self._busy = False
        self._tint()
        self._select()

    def _item(self, parent: QTreeWidgetItem, id_: str, words: str, icon: str, token: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem(parent, [words])
        item.setIcon(0, icons.icon(icon, token))
        item.setData(0, _ID, id_)
        item.setToolTip(0, id_)
        self._items[id_] = item
        return item

    def _tint(self) -> None:
        for id_, item in self._items.items():
            item.setForeground(0, theme.colour("faint" if id_ in self._quiet else "text"))

    def _select(self) -> None:
        self._busy = True
        self.tree.clearSelection()
        for id_ in self._document.selection:
            if id_ in self._items:
                self._items[id_].setSelected(True)
                self.tree.setCurrentItem(self._items[id_], 0, QItemSelectionModel.SelectionFlag.NoUpdate)
                self.tree.scrollToItem(self._items[id_])
        self._busy = False

    def _chosen(self) -> None:
        if self._busy:
            return
        ids = [item.data(0, _ID) for item in self.tree.selectedItems()]
        self._document.select(ids)
        if ids:
            self.reveal_wanted.emit(ids[-1])


class _Tree(QTreeWidget):
    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(theme.current().px(14))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self._work.remove()
        else:
            super().keyPressEvent(event)


def _columns(owner: Any) -> list[tuple[str, str]]:
    table = getattr(owner, "table", None)
    return [(c.id, c.title or short_name(c)) for c in table.columns] if table is not None else []
