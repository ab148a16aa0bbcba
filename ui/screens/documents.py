"""The page with all documents that belong together, in the window of every document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidgetItem, QVBoxLayout, QWidget

from crm_desktop.records.record_type import RecordType
from crm_desktop.services.documents import Node, related_documents
from crm_desktop.words import N_, _
from ui import icons, theme
from ui.screens.registry import PageEntry
from ui.shell import Shell
from ui.widgets.labels import Label, Tag
from ui.widgets.trees import RowTree

PAGE = "documents"
_COLUMNS = (N_("Document"), N_("Number"), N_("Date"), N_("State"), N_("Amount"))


def document_pages(types: Sequence[RecordType]) -> tuple[PageEntry, ...]:
    """The page with the related documents, for every type that has some."""
    targets = {s.type for kind in types for s in kind.successors}
    return tuple(
        PageEntry(k.key, PAGE, N_("Related documents"), partial(_page, k.key), f"{k.key}.see")
        for k in types
        if k.successors or k.key in targets
    )


def _page(type_key: str, shell: Shell, record_id: int) -> QWidget:
    return DocumentsPage(shell, type_key, record_id)


class DocumentsPage(QWidget):
    """From the first quote to the last receipt, with states and amounts; what came of what stands below it."""

    def __init__(self, shell: Shell, type_key: str, record_id: int) -> None:
        super().__init__()
        self._shell, self._type, self._id = shell, type_key, record_id
        self.tree = RowTree()
        self.tree.setHeaderLabels([_(c) for c in _COLUMNS])
        self.tree.setAccessibleName(_("Related documents"))
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(theme.current().px(22))
        self.tree.setUniformRowHeights(True)
        head = self.tree.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 170), (2, 110), (3, 140), (4, 140)):
            self.tree.setColumnWidth(column, theme.current().px(width))
        self.hint = Label("", "dim", wrap=True)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.setSpacing(theme.size("gap"))
        column_.addWidget(self.tree, 1)
        column_.addWidget(self.hint)
        self.tree.itemActivated.connect(lambda item, _column: self._activated(item))
        self.setFocusProxy(self.tree)
        self.refresh()

    def refresh(self) -> None:
        """Read the documents again."""
        work = partial(related_documents, self._shell.app, self._type, self._id)
        self._shell.tasks.run(work, self._show, self._shell.notices.error, owner=self)

    def _show(self, nodes: Sequence[Node]) -> None:
        self.tree.clear()
        above: list[QTreeWidgetItem] = []
        for node in nodes:
            item = self._item(node)
            del above[node.depth :]
            (above[-1].addChild if above else self.tree.addTopLevelItem)(item)
            above.append(item)
            tag = QWidget()
            row = QVBoxLayout(tag)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(Tag(node.state, node.tone), 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self.tree.setItemWidget(item, 3, tag)
            if node.here:
                self.tree.setCurrentItem(item)
        self.tree.expandAll()
        alone = len(nodes) < 2
        self.hint.setText(_("Nothing was made from this document yet.") if alone else _("Enter or a double-click opens a document."))

    def _item(self, node: Node) -> QTreeWidgetItem:
        kind = self._shell.app.type(node.type)
        amount = f"{node.amount:,.2f}" if node.amount is not None else ""
        item = QTreeWidgetItem([_(kind.title), node.label, node.day.isoformat() if node.day else "", "", amount])
        item.setIcon(0, icons.icon(kind.icon))
        item.setTextAlignment(4, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setData(0, Qt.ItemDataRole.UserRole, (node.type, node.id))
        if node.here:
            font = item.font(0)
            font.setBold(True)
            for column in range(len(_COLUMNS)):
                item.setFont(column, font)
        return item

    def _activated(self, item: QTreeWidgetItem) -> None:
        type_key, record_id = item.data(0, Qt.ItemDataRole.UserRole)
        if (type_key, record_id) != (self._type, self._id):
            self._shell.open_record(type_key, record_id)
