"""Trying a flow out on a record: who would be asked, in which steps. Nothing is written, nobody is asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.draft import Ref
from crm_desktop.records.record_type import Field
from crm_desktop.rules.approvals import AGREE
from crm_desktop.services.approvals.drawing import Drawing, Trial, try_out
from crm_desktop.words import _
from ui.editor_base import Around
from ui.picker import PickerLine
from ui.shell import Shell
from ui.widgets.buttons import Button
from ui.widgets.labels import IconLabel, Label, SectionHeader
from ui.widgets.panels import Card


class FlowTrial(Card):
    """A record to try the flow with, and what would happen. drawn: gives the flow as it is drawn now."""

    def __init__(self, shell: Shell, drawn: Callable[[], Drawing]) -> None:
        super().__init__(plate=True)
        self._shell, self._drawn = shell, drawn
        self._type = ""
        self.picker: PickerLine | None = None
        self.run_button = Button(_("Try it out"), "search", clicked=self.run)
        self.body.addWidget(SectionHeader(_("Try it out on a record"), icon="question_circle"))
        self.body.addWidget(Label(_("Shows who would be asked. Nothing is changed and nobody is asked."), "dim", wrap=True))
        self._row = QHBoxLayout()
        self._row.addWidget(self.run_button)
        self.body.addLayout(self._row)
        self._found = QVBoxLayout()
        self.body.addLayout(self._found)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._follow_type()

    def _follow_type(self) -> None:
        """Offer records of the type the flow is for."""
        key = self._drawn().type
        if key == self._type:
            return
        self._type = key
        if self.picker is not None:
            self._row.removeWidget(self.picker)
            self.picker.deleteLater()
        kind = self._shell.app.type(key)
        around = Around(self._shell.app, self._shell.tasks, failed=self._shell.notices.error)
        self.picker = PickerLine(Field(kind.title, "reference", target=key), around)
        self.picker.setPlaceholderText(_("Number or name: {type}").format(type=_(kind.title)))
        self.picker.setAccessibleName(_(kind.title))
        self._row.insertWidget(0, self.picker, 1)
        self._clear()

    def run(self) -> None:
        """Try it out."""
        self._follow_type()
        ref: Ref | None = self.picker.ref if self.picker is not None else None
        if ref is None:
            if self.picker is not None:
                self.picker.setFocus()
            return
        work = partial(try_out, self._shell.app, self._drawn(), ref.id)
        self._shell.tasks.run(work, self.show_trial, self._shell.notices.error, owner=self)

    def _clear(self) -> None:
        while (item := self._found.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def show_trial(self, trial: Trial) -> None:
        """Say what would happen."""
        self._clear()
        if not trial.fits:
            self._say("dismiss_circle", "dim", _("No approval is needed. {why}").format(why=trial.why))
            return
        self._say("checkmark_circle", "green", _("“{record}” needs this approval.").format(record=trial.record))
        for number, step in enumerate(trial.steps, 1):
            if step.asked:
                people = ", ".join(step.people) or "—"
                words = f"{number}. {step.name}: {people}" + (f" ({_(AGREE[step.agree])})" if len(step.people) > 1 else "")
                self._say("person", "accent", words)
            else:
                self._say("subtract", "disabled", _("{number}. {step}: not asked").format(number=number, step=step.name))
        if trial.copies:
            self._say("eye", "dim", _("Told: {people}").format(people=", ".join(trial.copies)))

    def _say(self, icon: str, token: str, words: str) -> None:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 2, 0, 2)
        line.addWidget(IconLabel(icon, token))
        line.addWidget(Label(words, wrap=True), 1)
        self._found.addWidget(row)
