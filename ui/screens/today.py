"""The day: what is due, who is waiting for a call, what was opened last. Nothing to read where there is nothing to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from backups.targets import FOLDER
from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.sample.removing import may_remove
from crm_desktop.services.first_steps import fetch_first_steps, is_sample
from crm_desktop.services.today import Due, Today, fetch_today, finish_task, greeting
from crm_desktop.settings import FIRST_STEPS_HIDDEN, Settings
from crm_desktop.words import N_, _, ngettext
from ui import theme
from ui.backup_news import BACKUP as BACKUP_GRANT
from ui.backup_news import ConcernsBand
from ui.first_steps import BACKUP, FirstStepsCard
from ui.help_places import SAMPLE
from ui.shell import Shell
from ui.widgets.buttons import IconButton, flat, primary
from ui.widgets.labels import IconLabel, Label, SectionHeader
from ui.widgets.panels import Banner, Card

_WATCHED = ("users", "sales-orders", "tasks", "customers", "follow-ups", "receivables", "approvals")
_Beginnings = tuple[dict[str, bool], bool]
_MONEY_SHOWN = 12  # the others stand in the list of receivables
_AFTER_CHANGES = 400  # milliseconds of quiet before the day is read again


class TodayScreen(QWidget):
    """Tasks at the left, customers to call and the records opened last at the right."""

    _changed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Today"), "home", "screen:today"
        self._greeting, self._summary = Label("", "title"), Label("", "dim")
        self.tasks = _Section(_("Tasks"), "task_list_square_ltr", _("Nothing to do in the next seven days."))
        self.calls = _Section(_("Customers to contact"), "call", _("Nobody is waiting for you in the next seven days."))
        self.money = _Section(_("Money that is due"), "wallet", _("No payment is due in the next days."))
        self.money.setVisible(shell.app.actor.may("receivables.see"))
        self.approvals = _Section(_("Waiting for your approval"), "shield_checkmark", "")
        self.approvals.hide()
        self.recent = _Section(_("Lately opened"), "history", _("The records you open will stand here."))
        self.steps = FirstStepsCard(shell)
        self.steps.hidden.connect(lambda: shell.settings.set(FIRST_STEPS_HIDDEN, True))
        self._done: dict[str, bool] = {}
        self._waiting: Today | None = None  # the day as it is, to be shown when this screen is
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_AFTER_CHANGES)
        self._later.timeout.connect(self.refresh)
        self._changed.connect(self._later.start)
        self._lay_out()
        stop = shell.app.changes.listen(self._record_changed)
        self.destroyed.connect(lambda: stop())
        self.refresh()

    def close_request(self) -> bool:
        """Nothing is typed here."""
        return True

    def refresh(self) -> None:
        """Read the day again."""
        self._shell.tasks.run(partial(fetch_today, self._shell.app), self._show)
        self._show_recent()
        self._read_beginnings()

    def _read_beginnings(self) -> None:
        self._shell.tasks.run(partial(_beginnings, self._shell.app, self._shell.settings), self._take_beginnings, owner=self)

    def _take_beginnings(self, found: _Beginnings) -> None:
        self._done, sample = found
        self.sample.setVisible(sample)
        self._show_steps()

    def _show_steps(self) -> None:
        news = getattr(self._shell, "backup_news", None)
        states = news.overview.targets if news is not None and news.overview else ()
        outside = any(state.last_good for state in states if state.target.kind != FOLDER) or any(s.last_good for s in states[1:])
        self.steps.show_steps(self._done | {BACKUP: outside} if self._done else {})

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._show_recent()
        if not self.steps.isHidden():  # settings and prints tell nobody
            self._read_beginnings()
        if self._waiting is not None:
            self._show(self._waiting)

    def _record_changed(self, change: Change) -> None:  # on the thread that saved
        if change.type in _WATCHED:
            self._changed.emit()

    def _lay_out(self) -> None:
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        edge = theme.size("page") + 4
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("margin"))
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(self._greeting)
        words.addWidget(self._summary)
        head.addLayout(words, 1)
        head.addWidget(flat(_("Refresh"), "arrow_sync", self.refresh), 0, Qt.AlignmentFlag.AlignBottom)
        head.addWidget(
            primary(_("New task"), "add", lambda: self._shell.new_record("tasks")), 0, Qt.AlignmentFlag.AlignBottom
        )
        column.addLayout(head)
        news = getattr(self._shell, "backup_news", None)
        if news is not None and self._shell.app.actor.may(BACKUP_GRANT):  # nobody else can do anything about it
            show = _("Show the backups")
            self.worries = ConcernsBand(news, lambda _worry: self._shell.open_screen("backups"), lambda _worry: show, grave=True)
            column.addWidget(self.worries)
            news.changed.connect(self._show_steps)
        self.sample = Banner(
            _("This is the sample company: nothing in it is real."), "amber", _("Remove the sample company…"),
            lambda: self._shell.remove_sample(),
        )  # fmt: skip
        self.sample.add_action(_("Who is who?"), lambda: self._shell.show_help(SAMPLE))
        self.sample.hide()
        column.addWidget(self.sample)
        sides = QHBoxLayout()
        sides.setSpacing(theme.size("margin"))
        right = QVBoxLayout()
        right.setSpacing(theme.size("margin"))
        right.addWidget(self.approvals)
        right.addWidget(self.money)
        right.addWidget(self.calls)
        right.addWidget(self.recent)
        right.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(theme.size("margin"))
        left.addWidget(self.steps)
        left.addWidget(self.tasks)
        left.addStretch(1)
        sides.addLayout(left, 6)
        sides.addLayout(right, 5)
        column.addLayout(sides)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def _show(self, today: Today) -> None:
        if not self.isVisible():  # nobody reads it, and whoever works in another tab would wait for it
            self._waiting = today
            return
        self._waiting = None
        now = dt.datetime.now().astimezone()
        self._greeting.setText(greeting(now, self._shell.app.actor.name))
        if today.due:
            text = ngettext("{count} thing is due", "{count} things are due", today.due).format(count=today.due)
        else:
            text = _("nothing is due")
        self._summary.setText(f"{long_date(today.day)} · {text}")
        self.tasks.fill([self._task_row(due, today.day) for due in today.tasks])
        self.approvals.fill([self._approval_row(due, today.day) for due in today.approvals[:_MONEY_SHOWN]])
        self.approvals.setVisible(bool(today.approvals))
        self.money.fill([self._money_row(due, today.day) for due in today.receivables[:_MONEY_SHOWN]])
        # One half at a time: a day with eighty lines takes longer to build than the window may stand still.
        QTimer.singleShot(0, self, lambda: self.calls.fill([self._call_row(due, today.day) for due in today.customers]))

    def _show_recent(self) -> None:
        recent: list[tuple[str, str, str]] = getattr(self._shell, "recent", list)()
        rows = []
        for key, title, icon in recent[:8]:
            _record, type_key, number = key.split(":")
            type_title = _(self._shell.app.type(type_key).title)
            rows.append(_Row(icon, title, type_title, "", partial(self._shell.open_record, type_key, int(number))))
        self.recent.fill(rows)

    def _task_row(self, due: Due, today: dt.date) -> QWidget:
        detail = due.customer.label if due.customer else ""
        row = _Row("flag" if due.urgent else "", due.title, detail, "", partial(self._open, due))
        row.set_day(due.day, today)
        if due.urgent:
            row.icon.set_icon("flag", "red")
        row.prepend(IconButton("checkmark_circle", _("Done"), partial(self._finish, due)))
        return row

    def _call_row(self, due: Due, today: dt.date) -> QWidget:
        row = _Row("people", due.title, due.detail, "", partial(self._open, due))
        row.set_day(due.day, today)
        note = partial(self._shell.new_record, "follow-ups")
        row.append(IconButton("comment_add", _("Write a follow-up"), lambda: note(customer_id=due.id)))
        return row

    def _approval_row(self, due: Due, today: dt.date) -> QWidget:
        row = _Row("flag" if due.urgent else "shield_checkmark", due.title, due.detail, "", partial(self._open, due))
        row.set_day(due.day, today)
        if due.urgent:
            row.icon.set_icon("flag", "red")
        return row

    def _money_row(self, due: Due, today: dt.date) -> QWidget:
        row = _Row("flag" if due.urgent else "wallet", due.title, due.detail, "", partial(self._open, due))
        row.set_day(due.day, today)
        return row

    def _open(self, due: Due) -> None:
        self._shell.open_record(due.type, due.id)

    def _finish(self, due: Due) -> None:
        def undo() -> None:
            again = partial(finish_task, self._shell.app, due.id, "open")
            self._shell.tasks.run(again, lambda _draft: self.refresh(), owner=self)

        def done(_draft: object) -> None:
            self._shell.notices.say(_("Done: {title}").format(title=due.title), _("Undo"), undo)
            self.refresh()

        self._shell.tasks.run(partial(finish_task, self._shell.app, due.id), done, owner=self)


class _Section(Card):
    """A card with a heading and rows, or one quiet sentence where there are none."""

    def __init__(self, title: str, icon: str, nothing: str) -> None:
        super().__init__(margin=14)
        self._head = SectionHeader(title, icon=icon)
        self._nothing = Label(nothing, "faint")
        self._nothing.setContentsMargins(4, 6, 0, 6)
        self._rows: list[QWidget] = []
        self._box = QVBoxLayout()
        self._box.setSpacing(0)
        self.body.addWidget(self._head)
        self.body.addWidget(self._nothing)
        self.body.addLayout(self._box)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def rows(self) -> list[QWidget]:
        return list(self._rows)

    def fill(self, rows: Sequence[QWidget]) -> None:
        focus = QApplication.focusWidget()
        held = next((at for at, row in enumerate(self._rows) if focus is not None and (row is focus or row.isAncestorOf(focus))), None)
        for row in self._rows:
            self._box.removeWidget(row)
            row.deleteLater()
        self._rows = list(rows)
        for row in rows:
            self._box.addWidget(row)
        if held is not None:  # keys go on where they were
            row = rows[min(held, len(rows) - 1)] if rows else self
            row.show()
            row.setFocus()
        self._nothing.setVisible(not rows)
        self._head.note.setText(str(len(rows)) if rows else "")


class _Row(QFrame):
    """One line that opens something: words, a quieter second part, the day at the right."""

    def __init__(self, icon: str, title: str, detail: str, right: str, opens: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("role", "line")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(theme.size("row"))
        self.setAccessibleName(title)
        self._opens = opens
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 2, 4, 2)
        self._row.setSpacing(theme.size("gap"))
        self.icon = IconLabel(icon or "document", "faint", 17)
        self._title, self._detail, self._right = _Elided(title), _Elided(detail, "small"), Label(right, "small")
        self._row.addWidget(self.icon)
        self.icon.setVisible(bool(icon))  # only now: without a parent it would be a window for a moment, and take the keyboard
        self._row.addWidget(self._title, 3)
        self._row.addWidget(self._detail, 2)
        self._right.setMinimumWidth(theme.current().px(92))
        self._right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self._right)

    def set_day(self, day: dt.date, today: dt.date) -> None:
        """The day in words; red when it has passed."""
        self._right.setText(day_words(day, today))
        self._right.set_tone("red" if day < today else "")

    def prepend(self, button: QWidget) -> None:
        self._row.insertWidget(0, button)

    def append(self, button: QWidget) -> None:
        self._row.addWidget(button)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._opens()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._opens()
        else:
            super().keyPressEvent(event)


class _Elided(Label):
    """A label that may be narrower than its words and then ends in three dots."""

    def __init__(self, text: str, role: str = "") -> None:
        super().__init__(text, role)
        self._whole = text
        self.setMinimumWidth(20)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        fitted = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        self.setText(fitted)
        self.setToolTip(self._whole if fitted != self._whole else "")


def _beginnings(app: Application, settings: Settings) -> _Beginnings:
    """The first steps, where they are wanted, and whether this is the sample company that may be removed here."""
    if is_sample(app):
        return {}, may_remove(app)
    return ({} if settings.get(FIRST_STEPS_HIDDEN) else fetch_first_steps(app)), False


def day_words(day: dt.date, today: dt.date) -> str:
    """How far a day is, as people say it."""
    days = (day - today).days
    if days < 0:
        return ngettext("{count} day late", "{count} days late", -days).format(count=-days)
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return f"{day:%m-%d} {_(_WEEKDAYS[day.weekday()])}"


def long_date(day: dt.date) -> str:
    """The date with its day of the week."""
    return f"{day:%Y-%m-%d} {_(_WEEKDAYS[day.weekday()])}"


_WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip
