"""Days and moments: typed in many forms and words (明天, 11-24), or picked from a calendar."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from PySide6.QtCore import QDate, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.kinds import show
from crm_desktop.local_time import to_local, to_utc
from crm_desktop.records.record_type import Field
from crm_desktop.words import _
from ui import theme
from ui.editor_base import Around
from ui.text_editors import LineEditor
from ui.widgets.buttons import Button, IconButton


class CalendarPopup(QFrame):
    """A month to pick a day from, with the days people want most below it."""

    picked = Signal(object)  # dt.date

    def __init__(self, parent: QWidget, day: dt.date | None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        self.calendar = QCalendarWidget()
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        plain = QTextCharFormat()
        plain.setForeground(theme.colour("dim"))
        for weekday in Qt.DayOfWeek:
            self.calendar.setWeekdayTextFormat(weekday, plain)
        day = day or dt.date.today()
        self.calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        self.calendar.activated.connect(lambda chosen: self._pick(chosen))
        self.calendar.clicked.connect(lambda chosen: self._pick(chosen))
        column.addWidget(self.calendar)
        row = QHBoxLayout()
        for words, ahead in ((_("Today"), 0), (_("Tomorrow"), 1), (_("In a week"), 7)):
            near = dt.date.today() + dt.timedelta(days=ahead)
            row.addWidget(Button(words, kind="flat", clicked=partial(self._tell, near)))
        row.addStretch(1)
        column.addLayout(row)

    def _pick(self, day: QDate) -> None:
        self._tell(dt.date(day.year(), day.month(), day.day()))

    def _tell(self, day: dt.date) -> None:
        self.picked.emit(day)
        self.close()

    def open_under(self, widget: QWidget) -> None:
        """Show it below `widget`, inside the screen."""
        self.adjustSize()
        corner = widget.mapToGlobal(QPoint(0, widget.height() + 2))
        area = widget.screen().availableGeometry()
        if corner.y() + self.height() > area.bottom():
            corner.setY(max(area.top(), widget.mapToGlobal(QPoint(0, 0)).y() - self.height() - 2))
        corner.setX(max(area.left(), min(corner.x(), area.right() - self.width())))
        self.move(corner)
        self.show()
        self.calendar.setFocus()


class DateEditor(LineEditor):
    """A day: words and short forms may be typed; arrow keys up and down go a day back and forth; F4 opens a calendar."""

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        self.button = IconButton("calendar_ltr", _("Pick a day  (F4)"), self.open_calendar)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.row.addWidget(self.button)
        self.input.installEventFilter(self)

    def day(self) -> dt.date | None:
        """The day typed so far, None where it is none."""
        try:
            value = self.value()
        except ValueError:
            return None
        return to_local(value).date() if isinstance(value, dt.datetime) else value

    def take_day(self, day: dt.date) -> None:
        """Use a day the person picked; a time of day that stands there stays."""
        value: Any = day
        if self.about.kind == "datetime":
            try:
                clock = to_local(self.value() or dt.datetime.now(dt.UTC)).time()
            except ValueError:
                clock = dt.datetime.now().astimezone().time()
            value = to_utc(dt.datetime.combine(day, clock.replace(second=0, microsecond=0, tzinfo=None)))
        self.input.setText(show(value, self.about, self.options))
        self.done()

    def open_calendar(self) -> None:
        """Drop the calendar down."""
        if self.read_only:
            return
        popup = CalendarPopup(self, self.day())
        popup.picked.connect(self.take_day)
        popup.open_under(self)

    def set_read_only(self, on: bool) -> None:
        super().set_read_only(on)
        self.button.setVisible(not on)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        if watched is self.input and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress and not self.read_only:
            key = event.key()
            if key == Qt.Key.Key_F4:
                self.open_calendar()
                return True
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = dt.timedelta(days=1 if key == Qt.Key.Key_Up else -1)
                self.take_day((self.day() or dt.date.today()) + (step if self.day() else dt.timedelta()))
                return True
        return False
