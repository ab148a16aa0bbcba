"""Boxes that hold other things: cards, the friendly words of an empty list, and the banner above a page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import IconButton
from ui.widgets.labels import IconLabel, Label


class Card(QFrame):
    """A box with a border and rounded corners; `plate` is the quieter one, on a tinted ground."""

    def __init__(self, *, plate: bool = False, margin: int = 16) -> None:
        super().__init__()
        self.setProperty("role", "plate" if plate else "card")
        self.body = QVBoxLayout(self)
        edge = theme.current().px(margin)
        self.body.setContentsMargins(edge, edge, edge, edge)
        self.body.setSpacing(theme.size("gap"))


class Pressable(QFrame):
    """A line of several words that is pressed like a button, by mouse and keyboard. With an empty name it is only shown."""

    pressed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        if name:
            self.setProperty("pressable", "true")
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.rect().contains(event.position().toPoint())
        if self.accessibleName() and event.button() == Qt.MouseButton.LeftButton and inside:
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class PressableCard(Card):
    """A card that is pressed like a button, by mouse and keyboard."""

    pressed = Signal()

    def __init__(self, name: str, *, margin: int = 16) -> None:
        super().__init__(margin=margin)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class ChoiceCard(PressableCard):
    """One way to go on: icon, a few words, one sentence."""

    def __init__(self, icon: str, title: str, text: str) -> None:
        super().__init__(title)
        self.setProperty("clickable", "true")
        self.setAccessibleDescription(text)
        self.body.addWidget(IconLabel(icon, "accent", 24))
        self.body.addWidget(Label(title, "section"))
        self.body.addWidget(Label(text, "small", wrap=True))
        self.body.addStretch(1)


class ScrolledColumn(QScrollArea):
    """Things under one another that scroll where there is not the room for them; `inside` takes them."""

    def __init__(self, *parts: QWidget, edge: int = 0) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget()
        page.setProperty("scrolled", "true")
        self.inside = QVBoxLayout(page)
        self.inside.setContentsMargins(0, 0, edge, 0)
        for part in parts:
            self.inside.addWidget(part)
        self.inside.addStretch(1)
        self.setWidget(page)


class ScreenHead(QWidget):
    """The strip at the top of a screen: its title, then what is added to `row`."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setFixedHeight(theme.current().px(58))
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(theme.size("page"), theme.size("gap"), theme.size("page"), theme.size("gap"))
        self.row.setSpacing(theme.size("gap"))
        self.row.addWidget(Label(title, "title"))


class EmptyState(QWidget):
    """What stands where there is nothing yet: what would be here, and the buttons that bring it."""

    def __init__(self, icon: str, title: str, text: str = "", *buttons: QPushButton) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.size("page"), theme.size("page"), theme.size("page"), theme.size("page"))
        column.setSpacing(theme.size("gap"))
        column.addStretch(2)
        column.addWidget(IconLabel(icon, "disabled", 44), 0, Qt.AlignmentFlag.AlignHCenter)
        self.title, self.text = Label(title, "heading"), _Sentence(text, "dim", wrap=True)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setMaximumWidth(theme.current().px(460))
            label.setMinimumWidth(theme.current().px(260) if label is self.text else 0)
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        self.text.setVisible(bool(text))
        if buttons:
            column.addSpacing(theme.size("gap"))
            row = QHBoxLayout()
            row.addStretch(1)
            for button in buttons:
                row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
        column.addStretch(3)


class _Sentence(Label):
    """A wrapped text that always gets the height its words need, which a centred label is not given by itself."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self.heightForWidth(self.width())
        if needed > 0 and needed != self.minimumHeight():
            self.setMinimumHeight(needed)


class Banner(QFrame):
    """One sentence above a page that stays until it is dealt with. tone: accent, amber, red, green."""

    _ICONS = {"accent": "info", "amber": "warning", "red": "error_circle", "green": "checkmark_circle"}  # noqa: RUF012

    def __init__(
        self,
        text: str,
        tone: str = "accent",
        action: str = "",
        do: Callable[[], object] | None = None,
        *,
        closable: bool = False,
    ) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.setProperty("tone", tone)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(theme.size("gap"))
        self._icon, self.label = IconLabel(self._ICONS[tone], tone), Label(text, wrap=True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(self._icon)
        row.addWidget(self.label, 1)
        if action:
            button = QPushButton(action)
            button.clicked.connect(lambda: do() if do else None)
            row.addWidget(button)
        if closable:
            row.addWidget(IconButton("dismiss", _("Close"), self.hide))

    def add_action(self, text: str, do: Callable[[], object]) -> QPushButton:
        """One more button, before the others."""
        button = QPushButton(text)
        button.clicked.connect(lambda: do())
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        items = (row.itemAt(at) for at in range(2, row.count()))
        others = [widget for item in items if item is not None and (widget := item.widget()) is not None]
        for other in others:  # taken out and put in again: Tab goes through them as they were put together
            other.setParent(None)
        for each in (button, *others):
            row.addWidget(each)
            each.show()
        return button

    def say(self, text: str, tone: str) -> None:
        """Change the words."""
        self.label.setText(text)
        self._icon.set_icon(self._ICONS[tone], tone)
        theme.restyle(self, tone=tone)
        theme.restyle(self.label)
        self.show()
