"""The foot of the window: where the data are and how they are, the last backup, work in the background, the language."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QWidget

from crm_desktop.words import _
from ui import theme
from ui.tasks import Task, Tasks
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import Label


class Dot(QWidget):
    """A small light: green, amber, red or grey."""

    def __init__(self, tone: str = "green") -> None:
        super().__init__()
        self._tone = tone
        self.setFixedSize(8, 8)

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour(self._tone))
        painter.setBrush(theme.colour(self._tone))
        painter.drawEllipse(self.rect().adjusted(0, 0, -1, -1))


class StatusBar(QFrame):
    """The bar. Others tell it what to say; the background work it reads from `Tasks` itself."""

    language_chosen = Signal(str)

    def __init__(self, tasks: Tasks, languages: dict[str, str], language: str) -> None:
        super().__init__()
        self.setObjectName("status")
        self.setFixedHeight(theme.size("status"))
        self._tasks = tasks
        self._shown: Task | None = None
        self._dot = Dot()
        self.database = Button("", kind="status")
        self.backup = Button("", kind="status")
        self.backup.hide()
        self._work, self._bar = Label("", "small"), QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(theme.current().px(110))
        self._stop = IconButton("dismiss", _("Cancel"), self._cancel)
        self.language_button = self._make_language_button(languages, language)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 10, 0)
        row.setSpacing(4)
        left: tuple[QWidget, ...] = (self._dot, self.database, self.backup)
        right: tuple[QWidget, ...] = (self._work, self._bar, self._stop)
        for part in left:
            row.addWidget(part)
        row.addStretch(1)
        for part in right:
            row.addWidget(part)
        row.addSpacing(8)
        row.addWidget(self.language_button)
        tasks.changed.connect(self._show_work)
        self._show_work()

    def set_database(self, text: str, tone: str = "green", tip: str = "") -> None:
        """Where the data are ("This PC"), and whether all is well with them."""
        self.database.setText(text)
        self.database.setToolTip(tip)
        self._dot.set_tone(tone)

    def set_backup(self, text: str, tip: str = "", clicked: Callable[[], object] | None = None, tone: str = "") -> None:
        """When the last backup was made; clicked opens what can be done about it. tone: "red" where something is wrong."""
        self.backup.setText(text)
        theme.restyle(self.backup, tone=tone)
        self.backup.setToolTip(tip)
        self.backup.setVisible(bool(text))
        if clicked:
            self.backup.clicked.connect(lambda: clicked())

    @property
    def work(self) -> str:
        """What it says about the work under way."""
        return self._work.text()

    def _make_language_button(self, languages: dict[str, str], language: str) -> Button:
        menu = QMenu(self)
        for code, name in languages.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(code == language)
            action.triggered.connect(lambda _on, code=code: self.language_chosen.emit(code))
        button = Button(languages.get(language, language), kind="status", menu=menu, tip=_("Language"))
        button.setProperty("menuArrow", "false")
        return button

    def _show_work(self) -> None:
        under_way = self._tasks.under_way
        self._shown = under_way[0] if under_way else None
        for part in (self._work, self._bar, self._stop):
            part.setVisible(self._shown is not None)
        if self._shown is None:
            self._work.clear()
            return
        task, more = self._shown, len(under_way) - 1
        text = " · ".join(part for part in (task.title, task.text) if part)
        self._work.setText(text + (_(" and {count} more").format(count=more) if more else ""))
        percent = task.percent
        self._bar.setRange(0, 0 if percent is None else 100)
        if percent is not None:
            self._bar.setValue(percent)
        self._stop.setEnabled(not task.cancel)

    def _cancel(self) -> None:
        if self._shown:
            self._shown.stop()
            self._stop.setEnabled(False)
