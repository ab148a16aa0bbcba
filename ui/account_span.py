"""Which part of a customer's account is looked at or printed: a month, a year, some days, and in which currency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QBoxLayout, QComboBox, QWidget

from crm_desktop.rules.periods import span
from crm_desktop.services.accounts import AccountSpan, currencies_of
from crm_desktop.words import _
from ui.filter_text import period_words
from ui.shell import Shell
from ui.widgets.inputs import day_edit

_OFFERED = ("this_month", "last_month", "this_quarter", "this_year", "last_year")
_BEGINNING, _DAYS = "beginning", "days"
_FIRST_DAY = dt.date(1970, 1, 1)


class AccountSpanPicker(QWidget):
    """The period, its days where they are chosen one by one, and the currency where there are several."""

    changed = Signal()

    def __init__(self, shell: Shell, customer: int | None = None, *, wide: bool = False) -> None:
        """customer: whose currencies are offered; those of everybody when None. wide: all in one row, and not below each other."""
        super().__init__()
        self.period, self.currency = QComboBox(), QComboBox()
        today = QDate.currentDate()
        self.first, self.last = day_edit(today.addDays(1 - today.day())), day_edit(today)
        words = period_words()
        for key in _OFFERED:
            self.period.addItem(words[key], key)
        self.period.addItem(_("From the beginning"), _BEGINNING)
        self.period.addItem(_("From one day to another"), _DAYS)
        self.period.setCurrentIndex(self.period.findData("this_year"))
        for box, name in ((self.period, _("Period")), (self.first, _("From")), (self.last, _("to")), (self.currency, _("Currency"))):
            box.setAccessibleName(name)
        side = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        row = QBoxLayout(side, self)
        row.setContentsMargins(0, 0, 0, 0)
        for box in (self.period, self.first, self.last, self.currency):
            row.addWidget(box)
        self.currency.hide()
        self._show_days()
        self.period.currentIndexChanged.connect(lambda _at: self._period_chosen())
        self.currency.currentIndexChanged.connect(lambda _at: self.changed.emit())
        for edit in (self.first, self.last):
            edit.dateChanged.connect(lambda _day: self.changed.emit())
        shell.tasks.run(partial(currencies_of, shell.app, customer), self._fill, owner=self)

    @property
    def from_beginning(self) -> bool:
        """Whether nothing comes before."""
        return bool(self.period.currentData() == _BEGINNING)

    def span(self) -> AccountSpan:
        """What is chosen; it ends today at the latest, but for days chosen one by one."""
        today, name = dt.date.today(), str(self.period.currentData())
        if name == _DAYS:
            first, last = sorted((self.first.date().toPython(), self.last.date().toPython()))  # type: ignore[type-var]
        elif name == _BEGINNING:
            first, last = _FIRST_DAY, today
        else:
            first, last = span(name, today)
            last = min(last, today)
        return AccountSpan(first, last, self.currency.currentData())  # type: ignore[arg-type]

    def _fill(self, found: Sequence[tuple[int, str]]) -> None:
        self.currency.blockSignals(True)
        for id_, code in found:
            self.currency.addItem(code, id_)
        self.currency.blockSignals(False)
        self.currency.setVisible(len(found) > 1)

    def _period_chosen(self) -> None:
        self._show_days()
        self.changed.emit()

    def _show_days(self) -> None:
        for edit in (self.first, self.last):
            edit.setVisible(self.period.currentData() == _DAYS)
