"""The filters of the log: type, person, action, field, time; each a choice, all of them together."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from crm_desktop.records.record_type import Field
from crm_desktop.services.log import LogQuery, start_of
from crm_desktop.services.log_words import known_actions
from crm_desktop.words import N_, _
from ui import theme
from ui.date_editors import DateEditor
from ui.editor_base import Around
from ui.shell import Shell
from ui.widgets.buttons import Button

_PERIODS = (
    ("", N_("Any time")),
    ("0", N_("Today")),
    ("1", N_("Yesterday")),
    ("7", N_("Last 7 days")),
    ("30", N_("Last 30 days")),
    ("between", N_("From … to …")),
)


class LogFilters(QWidget):
    """The row of choices. `changed`: another question is asked."""

    changed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._app = shell.app
        self.type, self.person, self.action, self.field, self.period = (
            self._combo(name) for name in (_("Record type"), _("Who"), _("Action"), _("Field"), _("Time"))
        )
        around = Around(shell.app, shell.tasks, failed=shell.notices.error)
        self.since, self.until = DateEditor(Field("From", "date"), around), DateEditor(Field("To", "date"), around)
        self.clear = Button(_("Clear"), kind="flat", clicked=self.reset)
        self._fill()
        row = QHBoxLayout(self)
        edge = theme.size("page")
        row.setContentsMargins(edge, 0, edge, theme.size("gap"))
        row.setSpacing(theme.size("gap"))
        self.type.currentIndexChanged.connect(lambda _at: self._fill_fields())
        for combo in (self.type, self.person, self.action, self.field, self.period):
            row.addWidget(combo)
            combo.currentIndexChanged.connect(lambda _at: self._choose())
        for editor, name in ((self.since, _("From")), (self.until, _("To"))):
            editor.setFixedWidth(theme.current().px(132))
            editor.input.setPlaceholderText(name)
            editor.input.setAccessibleName(name)
            editor.settled.connect(self._choose)
            row.addWidget(editor)
        row.addWidget(self.clear)
        row.addStretch(1)
        self._show_parts()

    def _combo(self, name: str) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName(name)
        combo.setMinimumWidth(theme.current().px(96))
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        combo.setMaximumWidth(theme.current().px(190))
        return combo

    def _fill(self) -> None:
        self.type.addItem(_("All types"), "")
        for kind in self._app.types.values():
            if self._app.actor.may(f"{kind.key}.see"):
                self.type.addItem(_(kind.plural), kind.key)
        self.type.addItem(_("Not about records"), "-")
        self.person.addItem(_("Everybody"), "")
        self.action.addItem(_("Everything"), "")
        for name, words in known_actions(self._app).items():
            self.action.addItem(words, name)
        for key, words in _PERIODS:
            self.period.addItem(_(words), key)
        self._fill_fields()

    def show_people(self, names: list[str]) -> None:
        """Offer the people the log names; who was chosen stays chosen."""
        chosen = self.person.currentData()
        self.person.blockSignals(True)
        while self.person.count() > 1:
            self.person.removeItem(1)
        for name in names:
            self.person.addItem(name, name)
        self.person.setCurrentIndex(max(0, self.person.findData(chosen)))
        self.person.blockSignals(False)

    def _fill_fields(self) -> None:
        """The fields of the chosen type that this person may see."""
        kind = self._app.types.get(self.type.currentData() or "")
        self.field.blockSignals(True)
        self.field.clear()
        self.field.addItem(_("All fields"), "")
        if kind:
            for name, about in kind.visible(self._app.actor).items():
                self.field.addItem(_(about.label), name)
            if kind.lines:
                self.field.addItem(_(kind.lines.title), "lines")
        self.field.blockSignals(False)

    def _show_parts(self) -> None:
        self.field.setVisible(self.field.count() > 1)
        between = self.period.currentData() == "between"
        self.since.setVisible(between)
        self.until.setVisible(between)
        self.clear.setVisible(self.query() != LogQuery())

    def _choose(self) -> None:
        self._show_parts()
        self.changed.emit()

    def reset(self) -> None:
        """Ask for everything again."""
        for combo in (self.type, self.person, self.action, self.field, self.period):
            combo.blockSignals(True)
            combo.setCurrentIndex(0)
            combo.blockSignals(False)
        self.since.show_value(None)
        self.until.show_value(None)
        self._fill_fields()
        self._show_parts()
        self.changed.emit()

    def query(self) -> LogQuery:
        """What is asked for, without the text that is searched."""
        since, until = self._span(dt.date.today())
        return LogQuery(
            type=self.type.currentData() or "",
            user=self.person.currentData() or "",
            action=self.action.currentData() or "",
            field=self.field.currentData() or "",
            since=start_of(since) if since else None,
            until=start_of(until + dt.timedelta(days=1)) if until else None,
        )

    def _span(self, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """The first and the last day."""
        period = self.period.currentData()
        if period == "between":
            return self.since.day(), self.until.day()
        if not period:
            return None, None
        back = int(period)
        if back == 1:
            return today - dt.timedelta(days=1), today - dt.timedelta(days=1)
        return today - dt.timedelta(days=max(back - 1, 0)), None
