"""The panel below the search box at the top (Ctrl+K): records of every type, screens and commands, by any part of a name or
by pinyin initials. The focus stays in the line, the arrows walk through the answers, Enter takes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.words import _
from ui import icons, theme
from ui.commands import Command
from ui.tasks import Tasks
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import Label

_MOST_COMMANDS, _ROWS_SHOWN = 6, 11
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Answer:
    """One line of the panel; a line without `take` is a heading."""

    title: str
    icon: str = ""
    detail: str = ""
    right: str = ""
    take: Callable[[], object] | None = None


class CommandPalette(QFrame):
    """The panel. `search(text)` is called on another thread and gives record hits; `as_answer` turns one into a line."""

    opened = Signal()

    def __init__(
        self,
        line: SearchEdit,
        window: QWidget,
        tasks: Tasks,
        search: Callable[[str], Sequence[Any]] | None,
        as_answer: Callable[[Any], Answer],
        initials: Callable[[str], str] | None,
    ) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self._line, self._tasks, self._search, self._as_answer = line, tasks, search, as_answer
        self._initials = initials
        self._commands: list[Command] = []
        self._recent: Callable[[], list[Answer]] = list
        self._spelled: dict[str, str] = {}
        self._ticket = 0
        self._records: list[Answer] = []
        self._model, self._list = _Answers(self), QListView()
        self._list.setModel(self._model)
        self._list.setItemDelegate(_Delegate(self._list))
        self._list.setMouseTracking(True)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.entered.connect(self._point)
        self._list.clicked.connect(lambda index: self._take(index.row()))
        self._foot = Label(_("↑ ↓ choose    Enter open    Esc close"), "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 8)
        column.addWidget(self._list)
        column.addWidget(self._foot, 0, Qt.AlignmentFlag.AlignHCenter)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(32)
        shadow.setOffset(0, 8)
        shadow.setColor(theme.colour("shadow"))
        self.setGraphicsEffect(shadow)
        line.textEdited.connect(lambda _text: self.open())
        line.textChanged.connect(lambda _text: self._show())
        line.searched.connect(self._ask)
        line.left_down.connect(lambda: self._walk(1))
        line.left_up.connect(lambda: self._walk(-1))
        line.installEventFilter(self)
        window.installEventFilter(self)
        self.hide()

    @property
    def answers(self) -> list[Answer]:
        """What is shown now."""
        return self._model.answers

    def offer(self, commands: list[Command], recent: Callable[[], list[Answer]]) -> None:
        """The commands to find, and what to show while nothing is typed."""
        self._commands, self._recent = [c for c in commands if not c.hidden], recent
        titles = [c.title for c in self._commands]
        if self._initials:
            spell = self._initials
            self._tasks.run(lambda: {t: spell(t) for t in titles}, self._learn)

    def open(self) -> None:
        """Show the panel and put the cursor into the line."""
        if not self.isVisible():
            self._place()
            self._show()
            self.show()
            self.raise_()
            self.opened.emit()
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _learn(self, spelled: dict[str, str]) -> None:
        self._spelled = spelled

    def _ask(self, text: str) -> None:
        self._ticket += 1
        if not text or self._search is None:
            self._records = []
            self._show()
            return
        ticket, search = self._ticket, self._search
        self._tasks.run(lambda: search(text), lambda hits: self._found(ticket, hits), owner=self)

    def _found(self, ticket: int, hits: Sequence[Any]) -> None:
        if ticket == self._ticket:  # an answer to older keys is too late
            self._records = [self._as_answer(hit) for hit in hits]
            self._show()

    def _show(self) -> None:
        text = self._line.text().strip()
        if not text:
            self._records = []
        self._model.set_answers(self._lines(text))
        self._list.setCurrentIndex(self._model.index(self._model.first(), 0))
        self._resize()
        self._list.scrollToTop()

    def _lines(self, text: str) -> list[Answer]:
        if not text:
            recent = self._recent()
            lines = [Answer(_("Lately opened")), *recent] if recent else []
            return [*lines, Answer(_("Commands")), *map(_line_of, self._commands[:_MOST_COMMANDS])]
        matching = self._matching(text)
        room = _ROWS_SHOWN - 1 - min(len(matching), 3) - bool(matching)
        lines = [Answer(_("Records")), *self._records[:room]] if self._records else []
        if matching:
            lines += [Answer(_("Screens and commands")), *map(_line_of, matching)]
        return lines or [Answer(_("Nothing found for “{text}”").format(text=text))]

    def _matching(self, text: str) -> list[Command]:
        words = text.casefold().split()
        ranked: list[tuple[Any, ...]] = []
        for command in self._commands:
            names = [n.casefold() for n in (command.title, *command.also, self._spelled.get(command.title, ""))]
            if any(all(word in name for word in words) for name in names):
                ranked.append((not any(name.startswith(words[0]) for name in names), len(ranked), command))
        return [command for _later, _order, command in sorted(ranked, key=lambda r: r[:2])][:_MOST_COMMANDS]

    def _walk(self, by: int) -> None:
        if not self.isVisible():
            self.open()
            return
        row, rows = self._list.currentIndex().row(), self._model.rowCount()
        for _step in range(rows):
            row = (row + by) % rows
            if self._model.answers[row].take:
                self._list.setCurrentIndex(self._model.index(row, 0))
                return

    def _point(self, index: QModelIndex) -> None:
        if self._model.answers[index.row()].take:
            self._list.setCurrentIndex(index)

    def _take(self, row: int) -> None:
        answer = self._model.answers[row] if 0 <= row < self._model.rowCount() else None
        if answer and answer.take:
            self._close()
            answer.take()

    def _close(self) -> None:
        self.hide()
        self._line.clear()
        self._line.clearFocus()

    def _place(self) -> None:
        window = self.parentWidget() or self.window()
        below = self._line.mapTo(window, self._line.rect().bottomLeft())
        self.setFixedWidth(max(self._line.width(), theme.current().px(420)))
        self.move(below.x() - (self.width() - self._line.width()) // 2, below.y() + 6)
        self._resize()

    def _resize(self) -> None:
        rows = min(self._model.rowCount(), _ROWS_SHOWN)
        height = sum(self._list.sizeHintForRow(row) for row in range(rows))
        self._list.setFixedHeight(height + 2)
        self.adjustSize()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._line and isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            return self._key(event)
        if watched is self._line and kind == QEvent.Type.MouseButtonPress:
            self.open()
        elif watched is self._line and kind == QEvent.Type.FocusOut and not self.underMouse():
            self.hide()
        elif watched is self.parent() and kind == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.isVisible():
            self._take(self._list.currentIndex().row())
            return True
        if event.key() == Qt.Key.Key_Escape and not self._line.text():
            self._close()
            return True
        return False


def _line_of(command: Command) -> Answer:
    return Answer(command.title, command.icon, right=command.keys, take=command.run)


class _Answers(QAbstractListModel):
    """The lines of the panel."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.answers: list[Answer] = []

    def set_answers(self, answers: list[Answer]) -> None:
        self.beginResetModel()
        self.answers = answers
        self.endResetModel()

    def first(self) -> int:
        """The first line that can be taken."""
        return next((row for row, answer in enumerate(self.answers) if answer.take), 0)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.answers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.answers[index.row()].title
        return self.answers[index.row()] if role == Qt.ItemDataRole.UserRole else None


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        answer: Answer = index.data(Qt.ItemDataRole.UserRole)
        return QSize(200, theme.current().px(36 if answer.take else 28))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        answer: Answer = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect.adjusted(4, 1, -4, -1)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if answer.take is None:
            painter.setFont(theme.current().font("font_small"))
            painter.setPen(theme.colour("faint"))
            painter.drawText(box.adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, answer.title)
        else:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
            self._paint_answer(painter, box, answer, selected)
        painter.restore()

    @staticmethod
    def _paint_answer(painter: QPainter, box: QRect, answer: Answer, selected: bool) -> None:
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("soft"))
            painter.drawRoundedRect(box, 6, 6)
        side = theme.size("icon")
        ratio = painter.device().devicePixelRatio()
        picture = icons.pixmap(answer.icon, "accent" if selected else "dim", side, ratio=ratio)
        painter.drawPixmap(box.left() + 10, box.center().y() - side // 2, picture)
        room = box.adjusted(side + 20, 0, -10, 0)
        painter.setFont(theme.current().font("font_small"))
        painter.setPen(theme.colour("faint"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, answer.right)
        used = painter.fontMetrics().horizontalAdvance(answer.right) + (12 if answer.right else 0)
        room.setRight(room.right() - used)
        painter.setFont(theme.current().font())
        painter.setPen(theme.colour("text"))
        title = painter.fontMetrics().elidedText(answer.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)
        room.setLeft(room.left() + painter.fontMetrics().horizontalAdvance(title) + 12)
        painter.setFont(theme.current().font("font_small"))
        painter.setPen(theme.colour("faint"))
        detail = painter.fontMetrics().elidedText(answer.detail, Qt.TextElideMode.ElideRight, max(room.width(), 0))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, detail)
