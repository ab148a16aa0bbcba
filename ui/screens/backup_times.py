"""When backups are made by themselves: the times of the plan, and who makes them while the window is shut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from backups import claims
from backups.schedule import Plan, plan_of, read_times, store_plan, times_text
from backups.task_scheduler import scheduler
from crm_desktop import settings as s
from crm_desktop.errors import Invalid, Told
from crm_desktop.words import _
from ui import theme
from ui.shell import Shell
from ui.widgets.buttons import Button, flat
from ui.widgets.inputs import NumberBox
from ui.widgets.labels import Label, Tag
from ui.widgets.naming import name_line
from ui.widgets.panels import Card


class TimesCard(Card):
    """The plan. What is typed holds as soon as the field is left."""

    stored = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__(margin=20)
        self._shell = shell
        plan = plan_of(shell.settings)
        self.daily = _box(_("Every day at"), bool(plan.times), lambda _on: self.keep())
        self.times = QLineEdit(times_text(plan.times) or shell.settings.get(s.BACKUP_TIMES))
        self.times.setAccessibleName(_("Times of the daily backup"))
        self.times.setMaximumWidth(theme.current().px(240))
        self.times.setEnabled(self.daily.isChecked())
        self.problem = Label("", "error")
        self.problem.hide()
        self.often = _box(_("Also every"), plan.hours > 0, lambda _on: self.keep())
        self.hours = _number(1, 24, plan.hours or 4)
        self.hours.setEnabled(self.often.isChecked())
        self.flags = {
            "at_end": _box(_("When the program ends"), plan.at_end, lambda _on: self.keep()),
            "before_import": _box(_("Before an import"), plan.before_import, lambda _on: self.keep()),
            "before_delete": _box(_("Before many records are deleted"), plan.before_delete, lambda _on: self.keep()),
            "drill": _box(_("Restore some old backups for trial every month"), plan.drill, lambda _on: self.keep()),
        }
        self.warn = _number(1, 90, shell.settings.get(s.BACKUP_WARN_DAYS))
        self._lay_out()
        self.times.editingFinished.connect(self.keep)
        self.times.textEdited.connect(lambda _text: self._tell(""))
        self.hours.editingFinished.connect(self.keep)
        self.warn.editingFinished.connect(lambda: shell.settings.set(s.BACKUP_WARN_DAYS, self.warn.value()))

    def keep(self) -> None:
        """Use what stands here, unless it makes no sense."""
        self.times.setEnabled(self.daily.isChecked())
        self.hours.setEnabled(self.often.isChecked())
        try:
            times = read_times(self.times.text())
        except Invalid as error:
            self._tell(next(iter(error.problems.values())))
            return
        if self.daily.isChecked() and not times:
            self._tell(_("Type a time like 12:30."))
            return
        self._tell("")
        flags: dict[str, Any] = {name: box.isChecked() for name, box in self.flags.items()}
        plan = Plan(times if self.daily.isChecked() else (), self.hours.value() if self.often.isChecked() else 0)
        plan = replace(plan, **flags)
        if plan != plan_of(self._shell.settings):
            store_plan(self._shell.settings, plan)
            if times:
                self.times.setText(times_text(times))
            self._shell.notices.say(_("Saved"))
            self.stored.emit()

    def _tell(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        theme.restyle(self.times, problem=bool(words))

    def _lay_out(self) -> None:
        self.body.addWidget(Label(_("Times"), "heading"))
        words = _("While the program runs. What was missed because the PC was off or asleep is made up for, once.")
        self.body.addWidget(Label(words, "small", wrap=True))
        self.body.addLayout(_row(self.daily, self.times, Label(_("such as 12:30 18:00"), "small")))
        self.body.addWidget(self.problem)
        self.body.addLayout(_row(self.often, self.hours, Label(_("hours"))))
        for box in self.flags.values():
            self.body.addWidget(box)
        self.body.addLayout(_row(Label(_("Warn when the last good backup is older than")), self.warn, Label(_("days"))))


class ClosedCard(Card):
    """One button: the system itself calls the program when a backup is due."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(margin=20)
        self._shell = shell
        self.installed: str | None = None
        self.state, self.detail = Tag("", "grey"), Label("", "small", wrap=True)
        self.switch = Button(_("Also when the program is closed"), "clock", clicked=self.turn)
        self.office = Label("", "dim", wrap=True)
        self.take_over = flat(_("Let this PC make them"), "desktop", self._take_over)
        self.body.addWidget(Label(_("When the program is closed"), "heading"))
        self.body.addLayout(_row(self.switch, self.state))
        self.body.addWidget(self.detail)
        self.body.addWidget(self.office)
        self.body.addLayout(_row(self.take_over))
        self.tell_office("")
        self._show()

    def refresh(self) -> None:
        """Ask the system whether it knows the task."""
        data = self._shell.app.data
        self._shell.tasks.run(lambda: scheduler(data).installed(), self._found, self._unknown, owner=self)

    def turn(self) -> None:
        """Set it up, or take it away."""
        self.switch.setEnabled(False)
        data, plan, wanted = self._shell.app.data, plan_of(self._shell.settings), not self.installed

        def work() -> str:
            task = scheduler(data)
            if wanted:
                task.install(plan)
            else:
                task.remove()
            return task.installed()

        self._shell.tasks.run(work, partial(self._turned, wanted), self._failed, owner=self)

    def follow_plan(self) -> None:
        """The times are other ones now: the system is told, where it calls."""
        if self.installed:
            data, plan = self._shell.app.data, plan_of(self._shell.settings)
            self._shell.tasks.run(lambda: scheduler(data).install(plan), None, self._failed, owner=self)

    def tell_office(self, pc: str) -> None:
        """In an office one PC makes the backups: say which, where it is not this one."""
        self.office.setText(_("“{pc}” makes the backups of the office by the clock.").format(pc=pc))
        self.office.setVisible(bool(pc))
        self.take_over.setVisible(bool(pc))

    def _take_over(self) -> None:
        self._shell.tasks.run(partial(claims.take_over, self._shell.app), lambda _none: self._taken(), owner=self)

    def _taken(self) -> None:
        self._shell.notices.say(_("Saved"))
        self._shell.backup_news.wanted.emit("look")

    def _found(self, installed: str) -> None:
        self.installed = installed
        self._show()

    def _turned(self, wanted: bool, installed: str) -> None:
        self._found(installed)
        words = _("The system now makes backups also while the program is closed.") if wanted else _("Saved")
        self._shell.notices.say(words)

    def _unknown(self, _error: BaseException) -> None:
        self._found("")

    def _failed(self, error: BaseException) -> None:
        self._show()
        if isinstance(error, Told):
            self.detail.setText(f"{error.message}\n{error.advice}".strip())
            self.detail.set_tone("red")
        else:
            self._shell.notices.error(error)

    def _show(self) -> None:
        on = bool(self.installed)
        self.switch.setEnabled(self.installed is not None)
        self.switch.setText(_("Only while the program runs") if on else _("Also when the program is closed"))
        self.state.set(_("on") if on else _("off"), "green" if on else "grey")
        words = _("A task of the system calls the program at these times, even when nobody has opened it: {name}")
        off = _("One press sets up a task of the system that makes the backups when the PC is on but the program is closed.")
        self.detail.setText(words.format(name=self.installed) if on else off)
        self.detail.set_tone("")


def _box(words: str, on: bool, changed: Callable[[bool], object]) -> QCheckBox:
    made = QCheckBox(words)
    made.setChecked(on)
    made.toggled.connect(changed)
    return made


def _number(low: int, high: int, value: int) -> QSpinBox:
    made = NumberBox(low, high, value)
    made.setFixedWidth(theme.current().px(90))
    return made


def _row(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.size("gap"))
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    name_line(row)
    return row
