"""The tree of fields: to drag onto the paper, and as a popup to choose one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QKeyEvent
from PySide6.QtWidgets import QDialog, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import icons, theme
from ui.designer.dropping import Carried, packed
from ui.designer.fields import FieldNode
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import Label

_NODE = Qt.ItemDataRole.UserRole


class FieldTree(QWidget):
    """Groups and their fields, with a line to search in: by name, by path, by pinyin."""

    taken = Signal(object)
    """A field or a list was chosen by double-click or Enter: its `FieldNode`."""

    def __init__(self, nodes: tuple[FieldNode, ...], language: str, *, hint: str = "") -> None:
        super().__init__()
        self._nodes, self._language = nodes, language
        self.search = SearchEdit(_("Search fields"))
        self.search.setAccessibleName(_("Search fields"))
        self.tree = _Tree(self._carried)
        self.tree.setAccessibleName(_("Fields"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        if hint:
            column.addWidget(Label(hint, "faint", wrap=True))
        self._fill(nodes, self.tree.invisibleRootItem())
        for at, item in enumerate(self._roots()):
            item.setExpanded(at < 2)
        self.search.searched.connect(self._filter)
        self.search.left_down.connect(self.tree.setFocus)
        self.search.returnPressed.connect(self._take_first)
        self.tree.itemActivated.connect(lambda item, _at: self._take(item))

    def _fill(self, nodes: tuple[FieldNode, ...], parent: QTreeWidgetItem) -> None:
        for node in nodes:
            item = QTreeWidgetItem(parent, [node.label])
            item.setIcon(0, icons.icon(node.icon or "folder", "faint" if node.how else "dim"))
            item.setData(0, _NODE, node)
            item.setToolTip(0, node.path)
            self._fill(node.children, item)

    def _roots(self) -> list[QTreeWidgetItem]:
        return _children(self.tree.invisibleRootItem())

    def _filter(self, text: str) -> None:
        words = text.casefold().strip()
        for item in self._roots():
            self._show(item, words)
        first = self._first_found(words)
        if first is not None:
            self.tree.setCurrentItem(first)

    def _show(self, item: QTreeWidgetItem, words: str) -> bool:
        """Hide what does not fit; a group that fits shows all it has."""
        node: FieldNode = item.data(0, _NODE)
        fits = not words or node.matches(words)
        below = [self._show(child, "" if fits and node.children else words) for child in _children(item)]
        item.setHidden(not fits and not any(below))
        if words:
            item.setExpanded(any(below) and not (fits and not node.how))
        return fits or any(below)

    def _first_found(self, words: str) -> QTreeWidgetItem | None:
        if not words:
            return None

        def look(item: QTreeWidgetItem) -> QTreeWidgetItem | None:
            node: FieldNode = item.data(0, _NODE)
            if not item.isHidden() and node.how and node.matches(words):
                return item
            return next((found for child in _children(item) if (found := look(child)) is not None), None)

        return next((found for item in self._roots() if (found := look(item)) is not None), None)

    def _take_first(self) -> None:
        item = self.tree.currentItem() or self._first_found(self.search.text().casefold().strip())
        if item is not None:
            self._take(item)

    def _take(self, item: QTreeWidgetItem) -> None:
        node: FieldNode = item.data(0, _NODE)
        if node.how or node.list:
            self.taken.emit(node)

    def _carried(self, item: QTreeWidgetItem) -> Carried | None:
        node: FieldNode = item.data(0, _NODE)
        return node.carried(self._language) if node.how or node.list else None


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [child for n in range(item.childCount()) if (child := item.child(n)) is not None]


class _Tree(QTreeWidget):
    def __init__(self, carried: Callable[[QTreeWidgetItem], Carried | None]) -> None:
        super().__init__()
        self._carry = carried
        self.setHeaderHidden(True)
        self.setDragEnabled(True)
        self.setIndentation(theme.current().px(16))
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)

    def startDrag(self, actions: Qt.DropAction) -> None:
        item = self.currentItem()
        carried = self._carry(item) if item is not None else None
        if carried is not None:
            drag = QDrag(self)
            drag.setMimeData(packed(carried))
            drag.setPixmap(icons.pixmap("tag", "accent", theme.current().px(20)))
            drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self.itemActivated.emit(self.currentItem(), 0)
        else:
            super().keyPressEvent(event)


class FieldPopup(QDialog):
    """The tree as a popup below a button; it closes with the choice."""

    def __init__(self, parent: QWidget, nodes: tuple[FieldNode, ...], language: str, take: Callable[[FieldNode], None]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._take = take
        self.setProperty("role", "popup")
        self.fields = FieldTree(nodes, language)
        column = QVBoxLayout(self)
        edge = theme.size("gap")
        column.setContentsMargins(edge, edge, edge, edge)
        column.addWidget(self.fields)
        self.resize(theme.current().px(300), theme.current().px(380))
        self.fields.taken.connect(self._taken)

    def open_below(self, widget: QWidget) -> None:
        """Show it below a widget, inside the screen."""
        corner = widget.mapToGlobal(QPoint(0, widget.height() + 2))
        room = widget.screen().availableGeometry()
        x = min(max(corner.x(), room.left()), room.right() - self.width())
        y = corner.y() if corner.y() + self.height() <= room.bottom() else room.bottom() - self.height()
        self.move(x, max(y, room.top()))
        self.show()
        self.fields.search.setFocus()

    def _taken(self, node: FieldNode) -> None:
        if node.how:
            self.close()
            self._take(node)
