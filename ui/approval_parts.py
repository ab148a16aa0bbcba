"""The parts of what is shown of a request: its course, what is decided about, and the files that were attached on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line
from crm_desktop.kinds import KINDS, show
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.services.approvals.inbox import Look
from crm_desktop.services.files import FileInfo
from crm_desktop.words import _
from ui import theme
from ui.approval_words import DECISION_ICONS, DECISION_TONES, decision_words, moment_words
from ui.files_tab import size_words
from ui.widgets.buttons import flat
from ui.widgets.labels import IconLabel, Label, SectionHeader, Tag
from ui.widgets.panels import Card

_MOST_LINES = 12
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def course_card(app: Application, seen: Look) -> Card:
    """Everything that was asked and done, in order, then the steps that are still to come."""
    card = Card()
    card.body.addWidget(SectionHeader(_("Course"), icon="history"))
    for task in seen.request.lines:
        card.body.addWidget(_task(app, task))
    if seen.request.values["status"] == "running":
        for at, step in enumerate(seen.design.steps):
            if at + 1 > _last_step(seen.request):
                row = QWidget()
                line = QHBoxLayout(row)
                line.setContentsMargins(0, 2, 0, 2)
                line.addWidget(IconLabel("more_horizontal", "disabled"))
                line.addWidget(Label(_("Then: {step}").format(step=step.name), "faint"), 1)
                card.body.addWidget(row)
    return card


def _last_step(request: Draft) -> int:
    return max((int(t.values["step"]) for t in request.lines if t.values["round"] == request.values["round"]), default=0)


def _task(app: Application, task: Line) -> QWidget:
    values = task.values
    state, person, by = values["state"], values["person_id"], values["by_id"]
    name = person.label if person else ""
    if by:
        name = _("{name} for {other}").format(name=by.label, other=name)
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 2, 0, 2)
    line.setSpacing(theme.size("gap"))
    tone = DECISION_TONES.get(state, "grey")
    line.addWidget(IconLabel(DECISION_ICONS.get(state, "info"), "dim" if tone == "grey" else tone), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(1)
    head = QHBoxLayout()
    head.addWidget(Label(name or _("The program")))
    head.addWidget(Tag(decision_words(app, state), tone))
    if values["step_name"] and values["role"] == "decide":
        head.addWidget(Label(values["step_name"], "small"))
    head.addStretch(1)
    when = values["decided_at"] or (values["opened_at"] if state in ("open", "unread") else None)
    head.addWidget(Label(moment_words(when), "small"))
    words.addLayout(head)
    if values["comment"]:
        words.addWidget(Label(values["comment"], "dim", wrap=True))
    if state == "open" and values["due_at"] is not None:
        words.addWidget(Label(_("Due {moment}").format(moment=moment_words(values["due_at"])), "small"))
    line.addLayout(words, 1)
    return row


def record_card(app: Application, kind: RecordType, seen: Look, open_it: Callable[[], object]) -> Card:
    """What is decided about: the fields that are filled, and the lines."""
    record = seen.record
    card = Card()
    actions = (flat(_("Open"), "window_new", open_it),) if seen.live else ()
    card.body.addWidget(SectionHeader(_(kind.title), *actions, icon=kind.icon, note=kind.label_of(record.values) if record else ""))
    if record is None:
        card.body.addWidget(Label(_("This record cannot be shown any more."), "faint", wrap=True))
        return card
    if not seen.live:
        card.body.addWidget(Label(_("As it stood when it was asked for."), "small"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.size("page"))
    grid.setVerticalSpacing(4)
    shown = [(f, record.values[n]) for n, f in kind.fields.items() if _worth_showing(f, record.values.get(n))]
    half = (len(shown) + 1) // 2
    for at, (about, value) in enumerate(shown):
        column = 0 if at < half else 2
        grid.addWidget(Label(_(about.label), "dim"), at % half if half else 0, column, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Label(_shown(app, about, value), wrap=True), at % half if half else 0, column + 1, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(3, 1)
    card.body.addLayout(grid)
    if kind.lines and record.lines:
        card.body.addWidget(_lines(app, kind, record))
    return card


def _worth_showing(about: Field, value: object) -> bool:
    return about.kind != "image" and about.section != "Record" and value not in (None, "", (), False)


def _shown(app: Application, about: Field, value: object) -> str:
    return show(value, about, app.options)


def _lines(app: Application, kind: RecordType, record: Draft) -> QTableWidget:
    assert kind.lines is not None
    fields = [(n, f) for n, f in kind.lines.fields.items() if f.width and n != "position" and n in record.lines[0].values]
    fields = [(n, f) for n, f in fields if any(line.values.get(n) not in (None, "", 0) for line in record.lines)]
    table = QTableWidget(min(len(record.lines), _MOST_LINES), len(fields))
    table.setHorizontalHeaderLabels([_(f.label) for _n, f in fields])
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setShowGrid(False)
    table.setAccessibleName(_("Lines"))
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    for row, line in enumerate(record.lines[:_MOST_LINES]):
        for column, (name, about) in enumerate(fields):
            item = QTableWidgetItem(show(line.values.get(name), about, app.options))
            if KINDS[about.kind].align == "right":
                item.setTextAlignment(_RIGHT)
            table.setItem(row, column, item)
    names = [n for n, _f in fields]
    if "name" in names:
        table.horizontalHeader().setSectionResizeMode(names.index("name"), QHeaderView.ResizeMode.Stretch)
    table.setFixedHeight((table.rowCount() + 1) * theme.size("row") + 6)
    table.verticalHeader().setDefaultSectionSize(theme.size("row"))
    return table


def changes_card(app: Application, kind: RecordType, seen: Look) -> Card:
    """The fields that are to be changed: as they stand, and as they are wanted."""
    card = Card()
    card.body.addWidget(SectionHeader(_("Wanted change"), icon="edit"))
    before = seen.record.values if seen.record else {}
    for name, value in seen.changes.items():
        about = kind.fields[name]
        row = QHBoxLayout()
        row.addWidget(Label(_(about.label), "dim"))
        row.addWidget(Label(_shown(app, about, before.get(name)) or "—"))
        row.addWidget(IconLabel("arrow_right", "dim"))
        row.addWidget(Label(_shown(app, about, value) or "—", "section"), 1)
        card.body.addLayout(row)
    return card


def files_card(found: Sequence[FileInfo], open_it: Callable[[FileInfo], object]) -> Card:
    """The files attached on the way."""
    card = Card()
    card.body.addWidget(SectionHeader(_("Files"), icon="attach", note=str(len(found))))
    for info in found:
        row = QHBoxLayout()
        row.addWidget(flat(info.name, "document", lambda info=info: open_it(info)))  # type: ignore[misc]
        row.addWidget(Label(f"{size_words(info.size)} · {info.added_by} · {moment_words(info.added_at)}", "small"), 1)
        card.body.addLayout(row)
    return card
