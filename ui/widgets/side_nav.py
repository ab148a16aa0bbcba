"""The list at the left: entries with icons and badges in groups that fold, or a narrow rail of icons only."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from crm_desktop.words import _
from ui import icons, theme

_KEY, _ICON, _BADGE, _GROUP, _HEAD = (Qt.ItemDataRole.UserRole + n for n in range(5))
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class NavEntry:
    """One place to go. `group` is the heading it stands under; entries without one come first."""

    key: str
    title: str
    icon: str
    group: str = ""
    badge: int = 0


class SideNav(QListView):
    """The navigation. `chosen` comes with the key of an entry, by mouse or Enter; moving with the arrows alone opens
    nothing, so that one can walk past entries."""

    chosen = Signal(str)
    rail_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigation")
        self.setAccessibleName(_("Navigation"))
        self._entries: list[NavEntry] = []
        self._folded: set[str] = set()
        self._rail = False
        self._current = ""
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._set_width()

    @property
    def rail(self) -> bool:
        """Whether only icons are shown."""
        return self._rail

    @property
    def entries(self) -> list[NavEntry]:
        return list(self._entries)

    def set_entries(self, entries: list[NavEntry]) -> None:
        """Show these."""
        self._entries = list(entries)
        self._fill()

    def set_rail(self, rail: bool) -> None:
        """Show icons only, or icons with words."""
        if rail != self._rail:
            self._rail = rail
            self._set_width()
            self._fill()
            self.rail_changed.emit(rail)

    def set_badge(self, key: str, count: int) -> None:
        """The number beside an entry; 0 shows none."""
        self._entries = [NavEntry(e.key, e.title, e.icon, e.group, count) if e.key == key else e for e in self._entries]
        for row in range(self._items.rowCount()):
            if self._items.item(row).data(_KEY) == key:
                self._items.item(row).setData(count, _BADGE)

    def select(self, key: str) -> None:
        """Mark the entry that the tab in front belongs to; an unknown key marks none."""
        self._current = key
        for row in range(self._items.rowCount()):
            if self._items.item(row).data(_KEY) == key:
                self.setCurrentIndex(self._items.index(row, 0))
                return
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())

    def _set_width(self) -> None:
        self.setFixedWidth(theme.size("rail" if self._rail else "navigation"))
        policy = Qt.ScrollBarPolicy  # a bar would take a fifth of the rail; the wheel and the keys scroll it as well
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if self._rail else policy.ScrollBarAsNeeded)

    def _fill(self) -> None:
        self._items.clear()
        group = ""
        for entry in self._entries:
            if entry.group != group:
                group = entry.group
                self._items.appendRow(self._head(group))
            if entry.group not in self._folded or self._rail:
                self._items.appendRow(self._item(entry))
        self.select(self._current)

    def _head(self, group: str) -> QStandardItem:
        item = QStandardItem(group)
        item.setData(True, _HEAD)
        item.setData(group, _GROUP)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        return item

    def _item(self, entry: NavEntry) -> QStandardItem:
        item = QStandardItem(entry.title)
        for role, value in ((_KEY, entry.key), (_ICON, entry.icon), (_BADGE, entry.badge), (_HEAD, False)):
            item.setData(value, role)
        item.setToolTip(entry.title if self._rail else "")
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        return item

    def is_folded(self, group: str) -> bool:
        return group in self._folded

    def fold(self, group: str) -> None:
        """Hide or show the entries under a heading."""
        self._folded ^= {group}
        self._fill()

    def _use(self, index: QModelIndex) -> None:
        if index.data(_HEAD):
            if not self._rail:
                self.fold(index.data(_GROUP))
        elif index.isValid():
            self.chosen.emit(index.data(_KEY))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._use(self.indexAt(event.position().toPoint()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._use(self.currentIndex())
        else:
            super().keyPressEvent(event)


class _Delegate(QStyledItemDelegate):
    def __init__(self, nav: SideNav) -> None:
        super().__init__(nav)
        self._nav = nav

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        px = theme.current().px
        height = px(14 if self._nav.rail else 32) if index.data(_HEAD) else px(36)
        return QSize(self._nav.width() - 8, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box: QRect = option.rect.adjusted(10, 1, -8, -1)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        if index.data(_HEAD):
            self._paint_head(painter, box, index)
        else:
            selected = bool(state & QStyle.StateFlag.State_Selected)
            hovered = bool(state & QStyle.StateFlag.State_MouseOver)
            focused = bool(state & QStyle.StateFlag.State_HasFocus) and self._nav.hasFocus()
            self._paint_ground(painter, box, selected, hovered, focused)
            self._paint_entry(painter, box, index, selected)
            self._paint_badge(painter, box, index.data(_BADGE) or 0)
        painter.restore()

    def _paint_head(self, painter: QPainter, box: QRect, index: Index) -> None:
        if self._nav.rail:
            painter.setPen(theme.colour("line"))
            painter.drawLine(box.left() + 6, box.center().y(), box.right() - 6, box.center().y())
            return
        painter.setFont(theme.current().font("font_small"))
        painter.setPen(theme.colour("faint"))
        painter.drawText(box.adjusted(10, 6, 0, 0), Qt.AlignmentFlag.AlignVCenter, index.data())
        if self._nav.is_folded(index.data(_GROUP)):
            side, ratio = theme.current().px(12), self._nav.devicePixelRatioF()
            place = QPointF(box.right() - side - 6, box.center().y() - side / 2 + 3)
            painter.drawPixmap(place, icons.pixmap("chevron_down", "faint", side, ratio=ratio))

    @staticmethod
    def _paint_ground(painter: QPainter, box: QRect, selected: bool, hovered: bool, focused: bool) -> None:
        painter.setPen(theme.colour("accent") if focused else Qt.PenStyle.NoPen)
        if selected or hovered or focused:
            painter.setBrush(theme.colour("soft" if selected else "hover"))
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(QRectF(box.left(), box.center().y() - 8, 3, 17), 1.5, 1.5)

    def _paint_entry(self, painter: QPainter, box: QRect, index: Index, selected: bool) -> None:
        side = theme.current().px(19)
        token = "accent" if selected else "dim"
        left = box.left() + ((box.width() - side) // 2 if self._nav.rail else 12)
        picture = icons.pixmap(index.data(_ICON), token, side, filled=selected, ratio=self._nav.devicePixelRatioF())
        painter.drawPixmap(left, box.center().y() - side // 2, picture)
        if self._nav.rail:
            return
        painter.setFont(theme.current().font(bold=selected))
        painter.setPen(theme.colour("accent" if selected else "text"))
        room = box.adjusted(side + 23, 0, -36 if index.data(_BADGE) else -6, 0)
        words = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_badge(self, painter: QPainter, box: QRect, count: int) -> None:
        if not count:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        if self._nav.rail:
            painter.setBrush(theme.colour("red"))
            painter.drawEllipse(QPointF(box.right() - 7, box.top() + 9), 4, 4)
            return
        text = str(count) if count < 100 else "99+"
        painter.setFont(theme.current().font("font_tiny", bold=True))
        width = max(theme.current().px(20), painter.fontMetrics().horizontalAdvance(text) + 12)
        height = theme.current().px(18)
        pill = QRect(box.right() - width - 8, box.center().y() - height // 2, width, height)
        painter.setBrush(theme.colour("red_bg"))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(theme.colour("red"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
