"""One stage of the board: its head with number and sums, and its cards, drawn as cards and dragged as such."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from crm_desktop.services.board import Card, Column
from crm_desktop.services.stages import StageFacts
from crm_desktop.words import _, ngettext
from ui import theme
from ui.widgets.buttons import flat
from ui.widgets.labels import Label

_CARD = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


def money(amount: Decimal | int) -> str:
    """An amount without cents, as a card has room for."""
    return f"{amount:,.0f}"


class StageColumn(QFrame):
    """A stage and the opportunities in it."""

    opened = Signal(int)
    dropped = Signal(object, int)  # a card from the stage with this id
    stepped = Signal(object, int)  # a card, and by how many stages
    all_wanted = Signal()

    def __init__(self, stage: StageFacts) -> None:
        super().__init__()
        self.stage = stage
        self.wanted: int | None = None  # the card to be chosen when it arrives
        self.setProperty("role", "card")
        self.setMinimumWidth(theme.current().px(200))
        self.name = Label(stage.name, "section")
        self.number = Label("", "dim")
        self.sums = Label("", "dim")
        self.cards = _Cards(self)
        self.more = flat("", "", self.all_wanted.emit)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        edge = theme.size("gap")
        column.setContentsMargins(edge, edge + 2, edge, edge)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.number)
        column.addLayout(head)
        column.addWidget(self.sums)
        column.addWidget(self.cards, 1)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_column(self, found: Column) -> None:
        """Show what stands in the stage now."""
        self.stage = found.stage
        self.name.setText(found.stage.name)
        self.number.setText(f"{found.count:,}")
        chance = f"{found.stage.chance.normalize():f} %"
        self.sums.setText(chance if found.amount is None else f"{money(found.amount)} · {chance}")
        self.cards.setAccessibleName(_("{stage}, {count} opportunities").format(stage=found.stage.name, count=found.count))
        here = self.wanted if self.wanted is not None else self.chosen()
        self.cards.fill(found.cards)
        self.choose(here)
        self.wanted = None
        left = found.count - len(found.cards)
        self.more.setVisible(left > 0)
        self.more.setText(ngettext("{count} more", "{count} more", left).format(count=f"{left:,}"))

    def chosen(self) -> int | None:
        """The id of the card the cursor is on."""
        item = self.cards.currentItem()
        return item.data(_CARD).id if item is not None else None

    def choose(self, card_id: int | None) -> None:
        """Put the cursor on a card, where it is here."""
        for row in range(self.cards.count()):
            if self.cards.item(row).data(_CARD).id == card_id:
                self.cards.setCurrentRow(row)


class _Cards(QListWidget):
    """The cards of one stage."""

    def __init__(self, column: StageColumn) -> None:
        super().__init__()
        self._column = column
        self.setProperty("role", "plain")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_CardDelegate(self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setSpacing(0)
        self.itemActivated.connect(lambda item: column.opened.emit(item.data(_CARD).id))

    def fill(self, cards: tuple[Card, ...]) -> None:
        """Show these cards, and no others."""
        self.clear()
        for card in cards:
            item = QListWidgetItem(card.title, self)
            item.setData(_CARD, card)
            item.setToolTip(_in_words(card))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _in_words(card))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        item = self.currentItem()
        if by and item is not None and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._column.stepped.emit(item.data(_CARD), by)
            return
        super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        source: Any = event.source()
        if isinstance(source, _Cards) and source is not self and source.currentItem() is not None:
            self._column.dropped.emit(source.currentItem().data(_CARD), source._column.stage.id)
        # The card moves when the database says so; the list must not move it by itself.
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()


def _in_words(card: Card) -> str:
    """A card for the ear and the pointer."""
    parts = [card.title, card.customer, card.owner]
    if card.amount is not None:
        parts.append(money(card.amount))
    parts.append(_stay(card))
    if card.late:
        parts.append(_("longer than this stage allows"))
    if card.overdue:
        parts.append(_("its expected close is past"))
    return "\n".join(p for p in parts if p)


def _stay(card: Card) -> str:
    return ngettext("{count} day here", "{count} days here", card.days).format(count=card.days)


class _CardDelegate(QStyledItemDelegate):
    """Draws a card: subject, customer, amount at the left, how long it has been here at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, option.fontMetrics.height() * 3 + 30)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card: Card = index.data(_CARD)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect.adjusted(2, 3, -2, -3)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.setPen(theme.colour("accent" if chosen else "line"))
        painter.setBrush(theme.colour("soft" if chosen else "pane"))
        painter.drawRoundedRect(box, 6, 6)
        if card.late or card.overdue:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("red" if card.overdue else "amber"))
            painter.drawRoundedRect(QRect(box.left(), box.top() + 6, 3, box.height() - 12), 1, 1)
        self._text(painter, option, box.adjusted(10, 6, -8, -6), card)
        painter.restore()

    def _text(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, card: Card) -> None:
        high = option.fontMetrics.height() + 3
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        rows = [box.adjusted(0, at * high, 0, 0) for at in range(3)]
        for row in rows:
            row.setHeight(high)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        painter.setFont(bold)
        painter.setPen(theme.colour("text"))
        self._line(painter, rows[0], left, card.title)
        painter.setFont(option.font)
        painter.setPen(theme.colour("dim"))
        self._line(painter, rows[1], left, " · ".join(p for p in (card.customer, card.owner) if p))
        painter.setPen(theme.colour("red" if card.overdue else "amber" if card.late else "dim"))
        stay = _stay(card)
        self._line(painter, rows[2], right, stay)
        painter.setPen(theme.colour("text"))
        used = painter.fontMetrics().horizontalAdvance(stay) + 8
        self._line(painter, rows[2].adjusted(0, 0, -used, 0), left, "" if card.amount is None else money(card.amount))

    def _line(self, painter: QPainter, box: QRect, side: Qt.AlignmentFlag, text: str) -> None:
        fitting = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, fitting)
