"""The form of any record: its fields in sections, in as many columns as there is room for.

The form edits the values of a `Draft` in place and tells which field changed. It knows no record type by name; which fields
there are, where they stand and who may type into them all comes from the declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crm_desktop.draft import Draft, Ref
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.services.lookup import fill
from crm_desktop.words import _
from ui import theme
from ui.editor_base import Around, Editor
from ui.editors import editor_for
from ui.widgets.labels import Label, separator

_COLUMN = 330  # pixels a column needs at least
_QUIET = 600  # milliseconds without a key before a half-typed value counts as wrong
RECORD_SECTION = "Record"


class FieldRow(QWidget):
    """One field: its label at the left, its editor, and below it what is wrong with it."""

    def __init__(self, about: Field, editor: Editor, label_width: int) -> None:
        super().__init__()
        self.about, self.editor = about, editor
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.size("gap"))
        grid.setVerticalSpacing(2)
        self.label = Label(f"{_(about.label)} *" if about.required else _(about.label), "dim", wrap=True)
        self.label.setFixedWidth(label_width)
        self.label.setMinimumHeight(theme.size("control"))
        self.label.setBuddy(editor)
        self.label.setToolTip(_(about.help))
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        grid.addWidget(self.label, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(editor, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.problem, 1, 1)
        grid.setColumnStretch(1, 1)
        # What is in it says nothing about its width: the columns of all sections stand one below the other.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    @property
    def span(self) -> int:
        """How many columns it takes where there are enough; 0 is the whole line."""
        return 0 if self.about.kind == "long_text" else 1

    def show_problem(self, words: str) -> None:
        """Say what is wrong; '' when nothing is."""
        if words != self.problem.text() or bool(words) == self.problem.isHidden():
            self.problem.setText(words)
            self.problem.setVisible(bool(words))
            self.editor.mark(words)


class _Section(QWidget):
    """The fields of one section in columns."""

    def __init__(self, title: str, rows: list[FieldRow]) -> None:
        super().__init__()
        self.rows, self._columns = rows, 0
        self._fillers: dict[int, QWidget] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        if title:
            head = QHBoxLayout()
            head.setSpacing(theme.size("gap"))
            head.addWidget(Label(_(title), "section"))
            head.addWidget(separator(), 1, Qt.AlignmentFlag.AlignVCenter)
            column.addLayout(head)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(theme.size("page"))
        self.grid.setVerticalSpacing(theme.size("gap"))
        column.addLayout(self.grid)

    def arrange(self, columns: int) -> None:
        """Put the fields into that many columns, in their order."""
        if columns == self._columns:
            return
        for at in range(max(self._columns, columns)):
            self.grid.setColumnStretch(at, 1 if at < columns else 0)
        self._columns = columns
        line, at = 0, 0
        for row in self.rows:
            span = columns if row.span == 0 else min(row.span, columns)
            if at + span > columns:
                line, at = line + 1, 0
            self.grid.addWidget(row, line, at, 1, span)
            at += span
        for column in range(at if line == 0 else columns, columns):  # an empty column is as wide as the others
            self.grid.addWidget(self._filler(column), 0, column)

    def _filler(self, column: int) -> QWidget:
        if column not in self._fillers:
            self._fillers[column] = QWidget()
            self._fillers[column].setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        return self._fillers[column]


def shown_fields(kind: RecordType, fields: Mapping[str, Field]) -> dict[str, Field]:
    """The fields a form shows as rows: not the state (the header has it), nor sums that stand below the lines, nor whose a set-up
    record is, which belongs to the whole company."""
    ours = kind.area == "setup"
    return {
        n: f for n, f in fields.items()
        if f.kind != "state" and not (f.computed and _told_elsewhere(kind, f)) and not (ours and f.section == RECORD_SECTION)
    }  # fmt: skip


def _told_elsewhere(kind: RecordType, about: Field) -> bool:
    return about.section == RECORD_SECTION or about.name in ("revision", "position") or kind.in_foot(about)


class RecordForm(QWidget):
    """All fields of one record type. `edited` names the field a person changed."""

    edited = Signal(str)

    def __init__(self, kind: RecordType, around: Around, names: tuple[str, ...] = ()) -> None:
        """names: only these fields; all a form shows where it is empty."""
        super().__init__()
        self.kind, self.around = kind, around
        around.within = self.within
        self.draft = Draft(kind.key)
        self.errors: dict[str, str] = {}  # fields whose text cannot be read, and why
        self._filling, self._columns = 0, 0
        self._table: QWidget | None = None
        self._touched: set[str] = set()
        self._problems: dict[str, str] = {}
        self._asked_to_save = False
        visible = kind.visible(around.app.actor)
        self.fields = {n: f for n, f in shown_fields(kind, visible).items() if not names or n in names}
        self.rows: dict[str, FieldRow] = {}
        self.sections: list[_Section] = []
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET)
        self._quiet.timeout.connect(self._show_problems)
        self._build()

    # What others ask

    def show_draft(self, draft: Draft, may_edit: Callable[[Field], bool]) -> None:
        """Show a record; what is typed from now on goes into it."""
        self.draft = draft
        self.errors, self._problems, self._asked_to_save = {}, {}, False
        self._touched.clear()
        for name, row in self.rows.items():
            row.editor.set_read_only(not may_edit(self.fields[name]))
        self.refresh()
        self._show_problems()

    def refresh(self, but: str = "") -> None:
        """Show the values of the draft again, as after the program worked something out."""
        for name, row in self.rows.items():
            if name != but and name not in self.errors:
                row.editor.show_value(self.draft.values.get(name))

    def show_problems(self, problems: Mapping[str, str], *, all_of_them: bool = False) -> None:
        """What is wrong by field; before a first try to save, only what the person has touched is marked."""
        self._problems = dict(problems)
        self._asked_to_save |= all_of_them
        self._show_problems()

    @property
    def looking_up(self) -> bool:
        """Whether a typed text still waits for its record."""
        return self._filling > 0 or any(row.editor.looking_up for row in self.rows.values())

    def first_problem(self) -> str:
        """The first field that is marked, '' when none is."""
        return next((n for n in self.rows if n in self.errors or n in self._problems), "")

    def focus_field(self, name: str) -> None:
        """Put the cursor into a field."""
        self.rows[name].editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_first(self) -> None:
        """Put the cursor where a new record begins: at the first field that is needed and empty."""
        editable = [n for n, r in self.rows.items() if not r.editor.read_only]
        needed = [n for n in editable if self.fields[n].required and not self.draft.values.get(n)]
        for name in (needed or editable)[:1]:
            self.focus_field(name)

    def within(self, about: Field) -> dict[str, Any]:
        """What the records offered for a reference must share with this one: a contact belongs to the chosen customer."""
        target = self.around.app.types.get(about.target)
        if target is None:
            return {}
        return {
            n: self.draft.values[n]
            for n, f in target.fields.items()
            if f.kind == "reference" and f.section != RECORD_SECTION and isinstance(self.draft.values.get(n), Ref)
            and n in self.kind.fields and self.kind.fields[n].target == f.target and n != about.name
        }  # fmt: skip

    # Building

    def _build(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.size("margin"))
        width = self._label_width()
        sections: dict[str, list[FieldRow]] = {}
        for name, about in self.fields.items():
            editor = editor_for(about, self.around)
            row = FieldRow(about, editor, width)
            editor.changed.connect(partial(self._changed, name))
            editor.settled.connect(partial(self._settled, name))
            self.rows[name] = row
            # Below the lines of a document there is more room for a long text than above them.
            place = "" if self.kind.lines and about.kind == "long_text" else about.section
            sections.setdefault(place, []).append(row)
        for title in sorted(sections, key=lambda t: (t == RECORD_SECTION, t == "")):
            section = _Section(title, sections[title])
            self.sections.append(section)
            self._column.addWidget(section)

    def put_lines(self, lines: QWidget, table: QWidget) -> None:
        """Let the lines of a document stand below the first section, so that they are seen without scrolling."""
        self._column.insertWidget(1, lines)
        self._table = table

    def focus_after_lines(self) -> None:
        """Put the cursor into the first field below the lines."""
        for row in (row for section in self.sections[1:] for row in section.rows):
            if not row.editor.read_only:
                row.editor.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _label_width(self) -> int:
        worn = theme.current()
        metrics = QFontMetrics(worn.font())
        widest = max((metrics.horizontalAdvance(f"{_(f.label)} *") for f in self.fields.values()), default=0)
        return min(max(widest + 2, worn.px(60)), worn.px(116))

    def _set_tab_order(self) -> None:
        """Section by section, with the lines behind the first. The fields must stand in their places already."""
        first, *others = [[row.editor.typed_into for row in section.rows] for section in self.sections]
        lines = [self._table] if self._table is not None else []
        for before, after in pairwise([*first, *lines, *(widget for rows in others for widget in rows)]):
            QWidget.setTabOrder(before, after)

    def arrange(self, width: int) -> None:
        """Use as many columns as fit."""
        columns = max(1, min(3, width // theme.current().px(_COLUMN)))
        if columns != self._columns:
            self._columns = columns
            for section in self.sections:
                section.arrange(columns)
            self._set_tab_order()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange(event.size().width())

    # Typing

    def _changed(self, name: str) -> None:
        row = self.rows[name]
        try:
            value = row.editor.value()
        except ValueError as error:
            self.errors[name] = str(error)
        else:
            self.errors.pop(name, None)
            before = self.draft.values.get(name)
            self.draft.values[name] = value
            if value != before and self.fields[name].kind == "reference":
                self._reference_changed(name, value)
        self._problems.pop(name, None)
        if not row.problem.isHidden():
            self._show_one(name)
        self._quiet.start()
        self.edited.emit(name)

    def _settled(self, name: str) -> None:
        if name in self.errors or self.rows[name].editor.isVisible():
            self._touched.add(name)
            self._show_problems()

    def _reference_changed(self, name: str, value: Ref | None) -> None:
        self._drop_strangers(name)
        if value is None or not self.fields[name].copies:
            return
        self._filling += 1
        work = partial(fill, self.around.app, self.kind.key, name, value)
        self.around.tasks.run(work, partial(self._fill, name, value), self._fill_failed, owner=self)

    def _fill_failed(self, error: BaseException) -> None:
        self._filling -= 1
        self.around.failed(error)

    def _drop_strangers(self, changed: str) -> None:
        """A contact of another customer does not stay when the customer changes."""
        for name, about in self.fields.items():
            if about.kind != "reference" or name == changed or not self.draft.values.get(name):
                continue
            if changed in self._limits_of(about):
                self.draft.values[name] = None
                self.rows[name].editor.show_value(None)
                self.edited.emit(name)

    def _limits_of(self, about: Field) -> set[str]:
        target = self.around.app.types.get(about.target)
        names = target.fields if target else {}
        return {n for n in names if n in self.kind.fields and names[n].section != RECORD_SECTION and names[n].kind == "reference"}

    def _fill(self, name: str, ref: Ref, values: Mapping[str, Any]) -> None:
        self._filling -= 1
        if self.draft.values.get(name) != ref:
            return
        for own, value in values.items():
            self.draft.values[own] = value
            self.errors.pop(own, None)
            if own in self.rows:
                self.rows[own].editor.show_value(value)
            self.edited.emit(own)

    def _show_problems(self) -> None:
        for name in self.rows:
            self._show_one(name)

    def _show_one(self, name: str) -> None:
        row = self.rows[name]
        words = self.errors.get(name, "")
        if words and row.editor.hasFocus() and self._quiet.isActive():
            words = ""
        if not words and (self._asked_to_save or name in self._touched or self._filled(name)):
            words = self._problems.get(name, "")
        row.show_problem(words)

    def _filled(self, name: str) -> bool:
        return self.draft.values.get(name) not in (None, "", ())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            width = self._label_width()
            for row in self.rows.values():
                row.label.setFixedWidth(width)

