"""Drawing an approval flow: what it is for, a column of steps, what happens around it; and trying it out on a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Conflict, Invalid
from crm_desktop.rules.approvals import COPY_AT, OWN, WHEN, Approver, Step
from crm_desktop.services.approval_flows import FLOWS, SET, operation_words, operations_of
from crm_desktop.services.approvals.drawing import (
    Choices,
    Drawing,
    VersionInfo,
    choices,
    new_drawing,
    open_drawing,
    problems,
    save_drawing,
    versions,
)
from crm_desktop.words import _, ngettext
from ui import theme
from ui.approval_words import approver_words, moment_words, step_notes
from ui.flow_cards import Between, FlowColumn, StepCard
from ui.flow_conditions import Conditions
from ui.flow_people import ApproverRows, chooser
from ui.flow_step import StepDialog
from ui.flow_trial import FlowTrial
from ui.record_actions import add_shortcuts
from ui.shell import Shell
from ui.widgets.buttons import primary
from ui.widgets.inputs import NumberBox
from ui.widgets.labels import Label, SectionHeader
from ui.widgets.naming import name_rows
from ui.widgets.panels import Card, ScreenHead, ScrolledColumn


class FlowEditor(QWidget):
    """One flow; `flow` None is a new one."""

    def __init__(self, shell: Shell, flow: int | None = None) -> None:
        super().__init__()
        self._shell, self._flow = shell, flow
        self.icon = "branch_compare"
        self.drawing: Drawing | None = None
        self._saved: dict[str, Any] = {}
        self.choices = Choices((), (), ())
        self.may = shell.app.actor.may(f"{FLOWS}.{'add' if flow is None else 'change'}")
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)
        self._key = f"new:{FLOWS}:{id(self)}"
        add_shortcuts(self, {"Ctrl+S": self.save, "Esc": partial(shell.close_screen, self)})
        work = partial(_read, shell.app, flow)
        shell.tasks.run(work, self._loaded, shell.notices.error, owner=self)

    # What the shell asks

    @property
    def title(self) -> str:
        name = self.drawing.name if self.drawing is not None else ""
        return name or _("New approval flow")

    @property
    def tab_key(self) -> str:
        return self._key if self._flow is None else f"record:{FLOWS}:{self._flow}"

    @property
    def unsaved(self) -> bool:
        return self.may and self.drawing is not None and self._facts() != self._saved

    def close_request(self) -> bool:
        """Ask about what is drawn and not saved."""
        if not self.unsaved:
            return True
        question = _("Throw away what you drew?")
        return self._shell.notices.ask(question, yes=_("Throw away"), no=_("Keep editing"), danger=True)

    # Building

    def _loaded(self, found: tuple[Drawing, Choices, list[VersionInfo]]) -> None:
        self.drawing, self.choices, kept = found
        drawing, app = self.drawing, self._shell.app
        self.name, self.type, self.operation = QLineEdit(drawing.name), QComboBox(), QComboBox()
        for kind in sorted(app.types.values(), key=lambda k: _(k.title)):
            if operations_of(kind) and not kind.key.startswith("approval"):
                self.type.addItem(_(kind.title), kind.key)
        self.type.setMaxVisibleItems(24)
        self.type.setCurrentIndex(self.type.findData(drawing.type))
        self.when = self._box(WHEN, drawing.design.when)
        self.where = Conditions(self._shell, app.type(drawing.type), drawing.design.where)
        self.rank, self.active = NumberBox(1, 999, drawing.rank), QCheckBox(_("In use"))
        self.active.setChecked(drawing.active)
        self.own, self.copy_at = self._box(OWN, drawing.design.own), self._box(COPY_AT, drawing.design.copy_at)
        self.locks = QCheckBox(_("Nobody changes the record while it is in approval"))
        self.once = QCheckBox(_("Whoever has agreed once is not asked again in later steps"))
        self.sign = QCheckBox(_("They confirm that they have read it"))
        for box, on in ((self.locks, drawing.design.locks), (self.once, drawing.design.once), (self.sign, drawing.design.sign)):
            box.setChecked(on)
        self.keeper = chooser(self.choices.people, drawing.keeper.id if drawing.keeper else -1, _("Looked after by"))
        self.copies = ApproverRows(self.choices, drawing.design.copies)
        self.note = QPlainTextEdit(drawing.note)
        self.note.setFixedHeight(theme.current().px(64))
        self.note.setTabChangesFocus(True)
        self.column = FlowColumn()
        self.trial = FlowTrial(self._shell, self.take)
        self._lay_out(kept)
        self._fill_operations(drawing.operation)
        self.type.currentIndexChanged.connect(self._type_chosen)
        self.name.textChanged.connect(self._touched)
        self.where.changed.connect(self._touched)
        self._draw()
        self._saved = self._facts()
        self._shell.tab_changed(self)
        self.name.setFocus()

    def _box(self, labels: Any, chosen: str) -> QComboBox:
        made = QComboBox()
        for key, label in labels.items():
            made.addItem(_(label), key)
        made.setCurrentIndex(made.findData(chosen))
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(14)
        return made

    def _lay_out(self, kept: Sequence[VersionInfo]) -> None:
        head = ScreenHead(_("Approval flow"))
        self.state = Label("", "dim")
        self.save_button = primary(_("Save"), "save", self.save)
        self.save_button.setVisible(self.may)
        head.row.addWidget(self.state, 1)
        head.row.addWidget(self.save_button)
        edge = theme.size("page")
        steps = ScrolledColumn(self._beginning(), self.column)
        steps.inside.setContentsMargins(edge, theme.size("margin"), edge, edge)
        around = ScrolledColumn(self.trial, self._around(), self._versions(kept))
        around.inside.setContentsMargins(0, theme.size("margin"), edge, edge)
        around.inside.setSpacing(theme.size("margin"))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(steps)
        split.addWidget(around)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 6)
        split.setStretchFactor(1, 5)
        self._whole.addWidget(head)
        self._whole.addWidget(split, 1)
        for part in (self._begins, self._surrounds):
            part.setEnabled(self.may)

    def _beginning(self) -> QWidget:
        self._begins = Card()
        self._begins.body.addWidget(SectionHeader(_("When this is to be done"), icon="flag"))
        form = QFormLayout()
        form.setVerticalSpacing(theme.size("gap"))
        form.addRow(_("Name"), self.name)
        form.addRow(_("Record type"), self.type)
        form.addRow(_("Operation"), self.operation)
        form.addRow(_("Used"), self.when)
        form.addRow(_("Only if"), self.where)
        row = QHBoxLayout()
        row.addWidget(self.rank)
        row.addWidget(Label(_("Of the flows that fit, the first is used."), "dim"), 1)
        row.addWidget(self.active)
        form.addRow(_("Order"), row)
        name_rows(form)
        self._begins.body.addLayout(form)
        return self._begins

    def _around(self) -> QWidget:
        self._surrounds = Card()
        self._surrounds.body.addWidget(SectionHeader(_("Around it"), icon="options"))
        form = QFormLayout()
        form.setVerticalSpacing(theme.size("gap"))
        form.addRow(self.locks)
        form.addRow(self.once)
        form.addRow(_("If whoever asks would decide"), self.own)
        form.addRow(_("Looked after by"), self.keeper)
        form.addRow(_("Who is told"), self.copies)
        form.addRow(_("When"), self.copy_at)
        form.addRow(self.sign)
        form.addRow(_("Note"), self.note)
        name_rows(form)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self._surrounds.body.addLayout(form)
        return self._surrounds

    def _versions(self, kept: Sequence[VersionInfo]) -> QWidget:
        card = Card(plate=True)
        card.body.addWidget(SectionHeader(_("Versions"), icon="history"))
        if not kept:
            card.body.addWidget(Label(_("Not saved yet."), "faint"))
        for version in kept:
            running = ngettext("{count} request still runs by it", "{count} requests still run by it", version.running)
            words = _("Version {number}: {name}, {moment}").format(number=version.number, name=version.who, moment=moment_words(version.at))
            words += " · " + running.format(count=version.running) if version.running else ""
            card.body.addWidget(Label(words, "small", wrap=True))
        return card

    # Drawing

    def _type_chosen(self) -> None:
        kind = self._shell.app.type(self.type.currentData())
        self.where.set_kind(kind)
        if self.drawing is not None:
            steps = tuple(replace(s, where=None) for s in self.drawing.design.steps)
            self.drawing.design = replace(self.drawing.design, steps=steps)
        self._fill_operations("")
        self._draw()

    def _fill_operations(self, chosen: str) -> None:
        kind = self._shell.app.type(self.type.currentData())
        self.operation.clear()
        for key in operations_of(kind):
            self.operation.addItem(operation_words(kind, key), key)
            if key.startswith(SET) and self.operation.count() and not any(
                self.operation.itemData(n) is None for n in range(self.operation.count())
            ):
                self.operation.insertSeparator(self.operation.count() - 1)
        at = self.operation.findData(chosen)
        self.operation.setCurrentIndex(at if at >= 0 else next(n for n in range(self.operation.count()) if self.operation.itemData(n)))

    def _touched(self) -> None:
        if self.drawing is not None:
            self._shell.tab_changed(self)

    def _draw(self) -> None:
        """Draw the column anew."""
        drawing = self.take()
        wrong = problems(self._shell.app, drawing)
        kind, steps = self._shell.app.type(drawing.type), drawing.design.steps
        self.column.clear()
        for at, step in enumerate(steps):
            words = _("at the same time") if step.together and at else ""
            self.column.put(Between(words, partial(self.add_step, at) if self.may else None))
            who = [approver_words(a, self.choices) for a in step.approvers]
            notes = step_notes(step, self.choices, Conditions(self._shell, kind, step.where).text())
            card = StepCard(at + 1, step.name, who, notes, wrong.get(f"steps.{at}", "") if step.name else "", self._moves(at, len(steps)))
            if self.may:
                card.pressed.connect(partial(self.edit_step, at))
            self.column.put(card)
        self.column.put(Between("", partial(self.add_step, len(steps)) if self.may else None))
        end = Card(plate=True, margin=12)
        end.body.addWidget(SectionHeader(_("Carried out by itself, once"), icon="checkmark_circle"))
        end.body.addWidget(Label(_("After a rejection nothing has changed."), "small"))
        self.column.put(end)
        self._touched()

    def _moves(self, at: int, count: int) -> list[tuple[str, str, Any]]:
        if not self.may:
            return []
        found: list[tuple[str, str, Any]] = [("edit", _("Edit"), partial(self.edit_step, at))]
        if at > 0:
            found.append(("arrow_up", _("Move up"), partial(self.move_step, at, -1)))
        if at < count - 1:
            found.append(("arrow_down", _("Move down"), partial(self.move_step, at, 1)))
        found.append(("delete", _("Remove"), partial(self.remove_step, at)))
        return found

    def _put_steps(self, steps: Sequence[Step]) -> None:
        assert self.drawing is not None
        first, *rest = steps or (None,)
        cleaned = (replace(first, together=False), *rest) if first is not None else ()
        self.drawing.design = replace(self.drawing.design, steps=tuple(s for s in cleaned if s is not None))
        self._draw()

    def add_step(self, at: int) -> None:
        """Put a step in, after it was described."""
        assert self.drawing is not None
        if (made := self._ask_step(Step("", (Approver("manager"),)), first=at == 0)) is not None:
            steps = list(self.drawing.design.steps)
            self._put_steps([*steps[:at], made, *steps[at:]])

    def edit_step(self, at: int) -> None:
        """Open a step."""
        assert self.drawing is not None
        steps = list(self.drawing.design.steps)
        if (made := self._ask_step(steps[at], first=at == 0)) is not None:
            steps[at] = made
            self._put_steps(steps)

    def _ask_step(self, step: Step, *, first: bool) -> Step | None:
        kind = self._shell.app.type(self.type.currentData())
        dialog = StepDialog(self._shell, self, kind, self.choices, step, first=first)
        made = dialog.step() if dialog.exec() else None
        dialog.deleteLater()
        return made

    def move_step(self, at: int, by: int) -> None:
        """Move a step up or down."""
        assert self.drawing is not None
        steps = list(self.drawing.design.steps)
        steps.insert(at + by, steps.pop(at))
        self._put_steps(steps)

    def remove_step(self, at: int) -> None:
        """Take a step out."""
        assert self.drawing is not None
        self._put_steps([s for n, s in enumerate(self.drawing.design.steps) if n != at])

    # Keeping

    def take(self) -> Drawing:
        """The flow as it is drawn now."""
        assert self.drawing is not None
        design = replace(
            self.drawing.design, where=self.where.where, when=str(self.when.currentData() or ""), copies=self.copies.approvers(),
            copy_at=str(self.copy_at.currentData()), sign=self.sign.isChecked(), locks=self.locks.isChecked(),
            own=str(self.own.currentData()), once=self.once.isChecked(),
        )  # fmt: skip
        keeper = self.keeper.currentData()
        return replace(
            self.drawing, name=self.name.text().strip(), type=str(self.type.currentData()), design=design,
            operation=str(self.operation.currentData() or ""), rank=self.rank.value(), active=self.active.isChecked(),
            note=self.note.toPlainText().strip(), keeper=Ref(int(keeper), self.keeper.currentText()) if keeper else None,
        )  # fmt: skip

    def _facts(self) -> dict[str, Any]:
        drawn = self.take()
        return {**vars(drawn), "design": drawn.design.to_facts(), "version": 0, "number": 0, "id": 0}

    def save(self) -> None:
        """Keep it, as a new version where it is drawn otherwise."""
        if self.may and self.drawing is not None:
            drawn = self.take()
            self._shell.tasks.run(partial(save_drawing, self._shell.app, drawn), self._kept, self._not_kept, owner=self)

    def _kept(self, saved: Drawing) -> None:
        self.drawing, self._flow = saved, saved.id
        self._saved = self._facts()
        words = _("Saved as version {number}. What is asked from now on runs by it.").format(number=saved.number)
        self.state.setText(words)
        self.state.set_tone("")
        self._shell.notices.say(words, icon="checkmark_circle")
        self._draw()

    def _not_kept(self, error: BaseException) -> None:
        if isinstance(error, Invalid):
            self.state.setText(" ".join(dict.fromkeys(error.problems.values())))
            self.state.set_tone("red")
            self._draw()
        elif isinstance(error, Conflict):
            self._shell.notices.inform(error.message, _("Open the flow again to see what it is now."))
        else:
            self._shell.notices.error(error)


def _read(app: Application, flow: int | None) -> tuple[Drawing, Choices, list[VersionInfo]]:
    if flow is None:
        return new_drawing(app), choices(app), []
    return open_drawing(app, flow), choices(app), versions(app, flow)
