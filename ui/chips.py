"""The line of conditions above a list that stand in no column's filter, each a chip with a cross."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QLayoutItem, QSizePolicy, QWidget

from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import Label


class FlowLayout(QLayout):
    """Widgets one after the other, in as many lines as they need."""

    def __init__(self, parent: QWidget, gap: int = 6) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        edges = self.contentsMargins()
        return size + QSize(edges.left() + edges.right(), edges.top() + edges.bottom())

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        edges = self.contentsMargins()
        area = rect.adjusted(edges.left(), edges.top(), -edges.right(), -edges.bottom())
        x, y, line = area.x(), area.y(), 0
        for item in self._items:
            hint = item.sizeHint()
            wide = min(hint.width(), max(area.width(), 1))
            if x + wide > area.right() + 1 and line:
                x, y, line = area.x(), y + line + self._gap, 0
            if place:
                item.setGeometry(QRect(QPoint(x, y), QSize(wide, hint.height())))
            x, line = x + wide + self._gap, max(line, hint.height())
        return y + line - rect.y() + edges.bottom()


class Chip(QFrame):
    """One condition in words."""

    pressed = Signal()
    removed = Signal()

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setProperty("role", "chip")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 2, 0)
        row.setSpacing(0)
        words = Button(text, kind="chip", clicked=self.pressed.emit, tip=_("Change this condition"))
        words.setMaximumWidth(theme.current().px(420))
        row.addWidget(words)
        cross = IconButton("dismiss", _("Remove this filter"), self.removed.emit)
        cross.setProperty("kind", "chip")
        cross.setIconSize(QSize(theme.current().px(12), theme.current().px(12)))
        row.addWidget(cross)


class ChipLine(QWidget):
    """The chips; hidden where there are none."""

    changed = Signal(int)  # the condition to change
    removed = Signal(int)  # the condition to take away
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._flow = FlowLayout(self)
        edge = theme.size("page")
        self._flow.setContentsMargins(edge, 0, edge, theme.size("gap"))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._shown: tuple[str, ...] = ()
        self.hide()

    @property
    def words(self) -> tuple[str, ...]:
        """What the chips say."""
        return self._shown

    def show_words(self, words: Sequence[str]) -> None:
        """One chip for each of these."""
        if tuple(words) == self._shown:
            return
        self._shown = tuple(words)
        while (item := self._flow.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for at, text in enumerate(self._shown):
            chip = Chip(text)
            chip.pressed.connect(partial(self.changed.emit, at))
            chip.removed.connect(partial(self.removed.emit, at))
            self._flow.addWidget(chip)
        if self._shown:
            self._flow.addWidget(Button(_("Clear all filters"), kind="link", clicked=self.cleared.emit))
            self._flow.addWidget(Label(""))
        self.setVisible(bool(self._shown))
        self.updateGeometry()
