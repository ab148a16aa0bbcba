"""The right side of a customer's window: money, next step, a quick follow-up, and what happened, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.services import saving
from crm_desktop.services.timeline import Event, Money, customer_money, timeline
from crm_desktop.words import _, language, ngettext
from ui import theme
from ui.choice_editors import OptionEditor
from ui.date_editors import DateEditor
from ui.editor_base import Around
from ui.shell import Shell
from ui.widgets.buttons import Button
from ui.widgets.labels import IconLabel, Label
from ui.widgets.panels import Card, Pressable

_WIDTH = 348


class CustomerPanel(QFrame):
    """Money, next step, quick follow-up, timeline of one customer."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self.customer: Ref | None = None
        self.setProperty("line", "left")
        self.setFixedWidth(theme.current().px(_WIDTH))
        column = QVBoxLayout(self)
        edge = theme.size("margin")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(12)
        self.money = MoneyPlate()
        self.next_step = NextStep()
        self.events = Timeline(shell)
        self.quick = QuickFollowUp(shell)
        column.addWidget(self.money)
        column.addWidget(self.next_step)
        events = Label(_("What happened so far"), "section")
        column.addWidget(events)
        column.addWidget(self.events, 1)
        column.addWidget(self.quick)
        self.quick.saved.connect(self.refresh)
        hides = shell.app.actor.rights.hides
        self._shown = {name: not hides(f"customer.{name}") for name in ("money", "next_step", "timeline", "follow_up")}
        events.setVisible(self._shown["timeline"])
        self.events.setVisible(self._shown["timeline"])
        if not self._shown["timeline"]:
            column.insertStretch(column.indexOf(self.events), 1)
        if not self._shown["follow_up"]:
            self.quick.hide()

    def show_record(self, draft: Draft) -> None:
        """Show the panel of a customer."""
        self.customer = Ref(int(draft.id or 0), str(draft.values.get("name") or ""))
        self.quick.customer = self.customer
        self.next_step.show_day(draft.values.get("next_follow_up") if self._shown["next_step"] else None)
        self.refresh()

    def refresh(self) -> None:
        """Read it again."""
        if self.customer is not None:
            work = partial(_read, self.shell.app, self.customer.id)
            self.shell.tasks.run(work, self._show, self.shell.notices.error)

    def _show(self, found: tuple[Money | None, list[Event]]) -> None:
        money, events = found
        self.money.setVisible(money is not None and self._shown["money"])
        if money is not None:
            self.money.show_money(money)
        self.events.show_events(events)


def _read(app: Application, customer_id: int) -> tuple[Money | None, list[Event]]:
    money = customer_money(app, customer_id) if app.actor.may("sales-orders.see") else None
    return money, timeline(app, "customers", customer_id)


class MoneyPlate(Card):
    """This year's orders and the open ones."""

    def __init__(self) -> None:
        super().__init__(plate=True, margin=12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("margin"))
        grid.setVerticalSpacing(1)
        self.labels: list[Label] = []
        for at, words in enumerate((_("Orders this year"), _("Open orders"))):
            grid.addWidget(Label(words, "small"), 0, at)
            number, small = Label("–", "number"), Label("", "small")
            grid.addWidget(number, 1, at)
            grid.addWidget(small, 2, at)
            grid.setColumnStretch(at, 1)
            self.labels += [number, small]
        self.body.addLayout(grid)

    def show_money(self, money: Money) -> None:
        """Show counts and sums."""
        for at, (number, amount) in enumerate(((money.this_year, money.this_year_sum), (money.open, money.open_sum))):
            self.labels[2 * at].setText(short_money(amount))
            self.labels[2 * at].setToolTip(f"¥{amount:,.2f}")
            self.labels[2 * at + 1].setText(ngettext("{count} order", "{count} orders", number).format(count=number))


def short_money(amount: Decimal) -> str:
    """An amount in the short form of a summary: in 万 where Chinese is spoken, without cents elsewhere."""
    if abs(amount) < 100_000:
        return f"¥{amount:,.2f}"
    return f"{amount / 10_000:,.2f} 万" if language() == "zh_CN" else f"¥{amount:,.0f}"


class NextStep(QFrame):
    """The day of the next follow-up: amber when it is due, red when it is late."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.setProperty("tone", "amber")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(theme.size("gap"))
        self._icon, self.label = IconLabel("calendar_clock", "amber"), Label("", wrap=True)
        row.addWidget(self._icon)
        row.addWidget(self.label, 1)

    def show_day(self, day: dt.date | None) -> None:
        """None: nothing is planned, and nothing is shown."""
        self.setVisible(day is not None)
        if day is None:
            return
        days = (day - dt.date.today()).days
        if days < 0:
            words, tone = _("Next follow-up was due {day}").format(day=day.isoformat()), "red"
        elif days == 0:
            words, tone = _("Next follow-up is today"), "amber"
        else:
            words, tone = _("Next follow-up on {day}").format(day=day.isoformat()), "accent"
        self._icon.set_icon("calendar_clock", tone)
        self.label.setText(words)
        theme.restyle(self, tone=tone)
        theme.restyle(self.label)


class _EventRow(Pressable):
    """One event; a click opens the record behind it."""

    def __init__(self, event: Event) -> None:
        title = event.title if event.title else _("Record created")
        super().__init__(title if event.id else "")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(IconLabel(event.icon, event.tone, 18), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(Label(title if len(title) < 160 else f"{title[:158]}…", wrap=True))
        detail = "" if event.type == "" else event.detail
        said = [event.who, f"{event.at.astimezone():%m-%d %H:%M}" if _this_year(event.at) else f"{event.at.astimezone():%Y-%m-%d}", detail]
        column.addWidget(Label(" · ".join(p for p in said if p), "small", wrap=True))
        row.addLayout(column, 1)


def _this_year(at: dt.datetime) -> bool:
    return at.astimezone().year == dt.date.today().year


class Timeline(QScrollArea):
    """Events, newest first."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self.rows: list[_EventRow] = []
        self.events: list[Event] = []
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_events(self, events: list[Event]) -> None:
        """Show these."""
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 2, 6, 2)
        column.setSpacing(14)
        self.rows, self.events = [], events
        for event in events:
            row = _EventRow(event)
            if event.id:
                row.pressed.connect(partial(self.shell.open_record, event.type, event.id))
            self.rows.append(row)
            column.addWidget(row)
        if not events:
            column.addWidget(Label(_("Nothing yet. Write down the first call below."), "faint", wrap=True))
        column.addStretch(1)
        self.setWidget(page)


class _QuickText(QPlainTextEdit):
    """A few lines; Ctrl+Enter saves."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class QuickFollowUp(QFrame):
    """A follow-up written down without leaving the customer: text, kind, next date."""

    saved = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self.customer: Ref | None = None
        fields = shell.app.type("follow-ups").fields
        around = Around(shell.app, shell.tasks, failed=shell.notices.error)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.text = _QuickText()
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(_("Write down a follow-up…"))
        about = fields["text"]
        self.text.setAccessibleName(_(about.label))
        self.text.setFixedHeight(theme.current().px(64))
        self.kind = OptionEditor(fields["kind"], around)
        self.kind.show_value("call")
        self.day = DateEditor(fields["next_date"], around)
        self.day.input.setPlaceholderText(_("Next date"))
        self.button = Button(_("Add"), "send", clicked=self.save, tip=_("Add the follow-up  (Ctrl+Enter)"))
        column.addWidget(self.text)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.kind, 3)
        row.addWidget(self.day, 4)
        row.addWidget(self.button)
        column.addLayout(row)
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        column.addWidget(self.problem)
        self.text.entered.connect(self.save)
        self.day.input.returnPressed.connect(self.save)
        if not shell.app.actor.may("follow-ups.add"):
            self.hide()

    def save(self) -> None:
        """Save the follow-up, and the customer's next date with it."""
        text = self.text.toPlainText().strip()
        if not text or self.customer is None:
            self.text.setFocus()
            return
        try:
            day = self.day.value()
        except ValueError as error:
            self.problem.setText(str(error))
            self.problem.show()
            self.day.setFocus()
            return
        self.problem.hide()
        self.button.setEnabled(False)
        values = {"customer_id": self.customer, "text": text, "kind": self.kind.value(), "next_date": day}
        self.shell.tasks.run(partial(_save, self.shell.app, values), lambda _draft: self._saved(), self._failed, owner=self)

    def _saved(self) -> None:
        self.button.setEnabled(True)
        self.text.clear()
        self.day.show_value(None)
        self.shell.notices.say(_("Follow-up added"))
        self.saved.emit()

    def _failed(self, error: BaseException) -> None:
        self.button.setEnabled(True)
        self.shell.notices.error(error)


def _save(app: Application, values: Mapping[str, object]) -> Draft:
    return saving.save(app, saving.new_draft(app, "follow-ups", values))


SIDE_PANELS: Mapping[str, Callable[[Shell], QWidget]] = {"customers": CustomerPanel}
"""Types whose window has a right side, and who makes it."""
