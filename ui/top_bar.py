"""The head of the window: menu, the company, the search box over everything, New, reminders, theme, the person."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QWidget

from crm_desktop.words import _
from ui import icons, theme
from ui.commands import add_to
from ui.widgets.buttons import Button, IconButton
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import Avatar, Label


class TopBar(QFrame):
    """The bar; the window fills its menus and connects its buttons."""

    def __init__(self, brand: str, person: str) -> None:
        super().__init__()
        self.setObjectName("top")
        self.setFixedHeight(theme.size("top"))
        self.menu = IconButton("navigation", _("Show or hide the names"))
        self.brand = Label(brand, "brand")
        self.search = SearchEdit(
            _("Search customers, orders, phone numbers; pinyin initials work too"), key_hint="Ctrl K"
        )
        self.search.setFixedWidth(theme.size("search"))
        self.new_menu = QMenu(self)
        self.new = Button(_("New"), "add", kind="primary", menu=self.new_menu, tip=_("New record"))
        self.bell = Bell()
        self.theme = IconButton("weather_moon", _("Light or dark"))
        self.person_menu = QMenu(self)
        self.person = PersonButton(person, self.person_menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 0, 16, 0)
        row.setSpacing(8)
        logo = _Logo()
        left, right = QWidget(), QWidget()
        _fill(left, self.menu, logo, self.brand, None)
        _fill(right, None, self.new, self.bell, self.theme, self.person)
        row.addWidget(left, 1)
        row.addWidget(self.search)
        row.addWidget(right, 1)
        self._show_theme()

    def set_person_menu(self, actions: list[QAction | None]) -> None:
        for action in actions:
            add_to(self.person_menu, action)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "theme"):
            self._show_theme()

    def _show_theme(self) -> None:
        dark = theme.current().dark
        self.theme.setIcon(icons.icon("weather_sunny" if dark else "weather_moon"))


class Bell(IconButton):
    """The reminders, with a red count."""

    def __init__(self) -> None:
        super().__init__("alert", _("Reminders"))
        self._count = 0

    def set_count(self, count: int) -> None:
        self._count = count
        self.setAccessibleDescription(str(count))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._count:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text = str(self._count) if self._count < 100 else "99+"
        painter.setFont(theme.current().font("font_tiny", bold=True))
        height = theme.current().px(15)
        width = max(height, painter.fontMetrics().horizontalAdvance(text) + 7)
        pill = self.rect()
        pill.setRect(self.width() - width, 0, width, height)
        painter.setPen(theme.colour("bg"))
        painter.setBrush(theme.colour("red"))
        painter.drawRoundedRect(pill.adjusted(0, 0, -1, -1), height / 2, height / 2)
        painter.setPen(theme.colour("pane"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


class PersonButton(Avatar):
    """The person at work; a click opens the menu."""

    def __init__(self, name: str, menu: QMenu) -> None:
        super().__init__(name)
        self._menu = menu
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.open_menu()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Down):
            self.open_menu()
        else:
            super().keyPressEvent(event)

    def open_menu(self) -> None:
        """Show what this person can do with the program."""
        corner = self.mapToGlobal(QPoint(self.width(), self.height() + 6))
        self._menu.popup(corner - QPoint(self._menu.sizeHint().width(), 0))


class _Logo(QWidget):
    def __init__(self) -> None:
        super().__init__()
        side = theme.current().px(24)
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        icons.app_icon().paint(QPainter(self), self.rect())


def _fill(part: QWidget, *widgets: QWidget | None) -> None:
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
