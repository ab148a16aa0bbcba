"""The second page of a restore: what the backup holds beside what is here today, and what can be done with it."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from backups.inspect import Difference, Row
from crm_desktop.words import _, ngettext
from ui import backup_words as words
from ui import theme
from ui.widgets.labels import Label
from ui.widgets.panels import Banner, ChoiceCard
from ui.widgets.plain_table import PlainColumn, PlainTable

EVERYTHING, LOOK, RECORDS = "everything", "look", "records"


class LookPage(QWidget):
    """The comparison, type by type, and one card for each way on."""

    wanted = Signal(str)
    """EVERYTHING, LOOK or RECORDS."""

    def __init__(self, *, at_work: bool) -> None:
        """at_work: there is a company open, beside which the backup can be looked at."""
        super().__init__()
        self._at_work = at_work
        self.head, self.detail = Label("", "heading", wrap=True), Label("", "dim", wrap=True)
        self.warning = Banner("", "amber")
        self.warning.hide()
        self.table = PlainTable(_columns(at_work), name=_("What the backup holds"))
        self.cards: dict[str, ChoiceCard] = {}
        self._lay_out()

    def show_difference(self, found: Difference, company: str) -> None:
        """Show a backup that was restored for trial. company: the one open now."""
        header = found.header
        self.head.setText(f"{header.company or _('Without a name')} · {words.moment(header.made_at)}")
        parts = [_("Restored for trial just now: it is good.")]
        if header.station:
            parts.append(_("Made on {pc}.").format(pc=header.station))
        if header.program:
            parts.append(_("Program version {version}.").format(version=header.program))
        self.detail.setText(" ".join(parts))
        self._warn(found, company)
        self.table.show_rows(found.rows)

    def _warn(self, found: Difference, company: str) -> None:
        header, days = found.header, (dt.datetime.now(dt.UTC) - found.header.made_at).days
        if self._at_work and company and header.company != company:
            text = _("This is the backup of another company: “{theirs}”, not “{ours}”.")
            self.warning.say(text.format(theirs=header.company, ours=company), "red")
        elif self._at_work and days >= 1:
            text = ngettext(
                "What was entered since is not in it: it is {count} day old.",
                "What was entered since is not in it: it is {count} days old.",
                days,
            )
            self.warning.say(text.format(count=days), "amber")
        else:
            self.warning.hide()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        column.addWidget(self.head)
        column.addWidget(self.detail)
        column.addWidget(self.warning)
        column.addWidget(self.table, 1)
        column.addSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(12)
        for key, icon, title, text in self._choices():
            card = ChoiceCard(icon, title, text)
            card.pressed.connect(lambda key=key: self.wanted.emit(key))
            card.setMinimumHeight(theme.current().px(124))
            row.addWidget(card, 1)
            self.cards[key] = card
        column.addLayout(row)

    def _choices(self) -> list[tuple[str, str, str, str]]:
        if not self._at_work:
            text = _("Customers, orders, files, settings, people: all as it was when the backup was made.")
            return [(EVERYTHING, "arrow_undo", _("Bring everything back"), text)]
        return [
            (
                EVERYTHING, "arrow_undo", _("Bring everything back"),
                _("All of it takes the place of today's data, which are backed up first."),
            ),
            (LOOK, "eye", _("Look at it"), _("In a window of its own, beside today's data. Nothing can be changed in it.")),
            (
                RECORDS, "arrow_swap", _("Bring single records back"),
                _("Choose in the lists of the backup; today's data stay as they are."),
            ),
        ]  # fmt: skip


def _columns(at_work: bool) -> list[PlainColumn]:
    there = [
        PlainColumn(_("Records"), lambda r: _(r.title)),
        PlainColumn(_("In the backup"), lambda r: f"{r.there:,}", 9, right=True),
    ]
    newest = PlainColumn(_("Newest in the backup"), lambda r: words.moment(r.newest_there), 14, quiet=True)
    if not at_work:
        return [*there, newest]
    return [
        *there,
        PlainColumn(_("In use now"), lambda r: "" if r.here is None else f"{r.here:,}", 7, right=True),
        PlainColumn(_("Difference"), difference, 9, difference_tone),
        newest,
        PlainColumn(_("Newest today"), lambda r: words.moment(r.newest_here), 14, quiet=True),
    ]


def difference(row: Row) -> str:
    """What there would be more or fewer of, seen from today."""
    change = row.there - (row.here or 0)
    if row.here is None or (not change and row.newest_there == row.newest_here):
        return ""
    return f"{change:+,}" if change else _("changed")


def difference_tone(row: Row) -> str:
    """Fewer than today is what one has to know of."""
    if not difference(row):
        return ""
    return "amber" if row.there < (row.here or 0) else "accent" if row.there > (row.here or 0) else "grey"
