"""Two people changed one record: field by field what it was, what the other wrote, what I wrote, and which of them stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.draft import Draft, Line, Merged
from crm_desktop.errors import Conflict
from crm_desktop.kinds import show
from crm_desktop.options import Options
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _, ngettext
from ui import theme
from ui.notices import Notices
from ui.record_editing import RecordEditing
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label, separator

_MOST_LINES, _LONGEST = 8, 64  # of a side, and characters of each; the rest is seen in the record


class ConflictDialog(QDialog):
    """Choose per field. `result_draft` is what to save; nothing is lost when the dialog is left: the form stays as it was."""

    def __init__(self, parent: QWidget, kind: RecordType, options: Options, base: Draft, merged: Merged, who: str) -> None:
        super().__init__(parent.window())
        self._kind, self._options, self._base, self._merged = kind, options, base, merged
        self.choices: dict[str, QButtonGroup] = {}
        self.setWindowTitle(_("Two changes of one record"))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        count = len(merged.clashes)
        head = ngettext("{who} changed a field that you changed too", "{who} changed {count} fields that you changed too", count)
        column.addWidget(Label(head.format(who=who or _("Someone else"), count=count), "heading", wrap=True))
        column.addWidget(Label(_("Choose what shall stay. All other changes of both of you are kept."), "dim", wrap=True))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self._table())
        column.addWidget(area, 1)
        row = QHBoxLayout()
        row.addWidget(Button(_("All mine"), kind="flat", clicked=lambda: self.choose_all(1)))
        row.addWidget(Button(_("All theirs"), kind="flat", clicked=lambda: self.choose_all(0)))
        row.addStretch(1)
        row.addWidget(Button(_("Keep editing"), clicked=self.reject))
        save = primary(_("Save these"), "save", self.accept)
        save.setDefault(True)
        row.addWidget(save)
        column.addLayout(row)
        self.resize(theme.current().px(780), min(theme.current().px(240 + 64 * count), parent.window().height() - 60))

    @property
    def result_draft(self) -> Draft:
        """Both sides' changes with the choices made."""
        draft = self._merged.draft.copy()
        for name, clash in self._merged.clashes.items():
            value = clash.after if self.choices[name].checkedId() == 1 else clash.before
            if name == "lines":
                draft.lines = list(value)
            else:
                draft.values[name] = value
        return draft

    def choose_all(self, side: int) -> None:
        """0: theirs, 1: mine, for every field."""
        for group in self.choices.values():
            group.button(side).setChecked(True)

    def _table(self) -> QWidget:
        page = QWidget()
        page.setProperty("scrolled", "true")
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, theme.size("gap"), 0)
        grid.setHorizontalSpacing(theme.size("margin"))
        grid.setVerticalSpacing(theme.size("gap"))
        for at, words in enumerate((_("Field"), _("It was"), _("Theirs"), _("Mine"))):
            grid.addWidget(Label(words, "small"), 0, at)
            grid.setColumnStretch(at, 2 if at else 1)
        grid.addWidget(separator(), 1, 0, 1, 4)
        row = 2
        for name, clash in self._merged.clashes.items():
            about = self._kind.fields.get(name)
            label = _(about.label) if about else _("Lines")
            grid.addWidget(Label(label, "strong", wrap=True), row, 0)
            was: Any = self._base.lines if name == "lines" else self._base.values.get(name)
            grid.addWidget(Label(self._text(name, was), "dim", wrap=True), row, 1)
            group = QButtonGroup(page)
            for side, value in enumerate((clash.before, clash.after)):
                button = QRadioButton(self._text(name, value))
                button.setAccessibleName(f"{label}: {_('Mine') if side else _('Theirs')}")
                group.addButton(button, side)
                grid.addWidget(button, row, 2 + side, Qt.AlignmentFlag.AlignVCenter)
            group.button(1).setChecked(True)
            self.choices[name] = group
            row += 1
        grid.setRowStretch(row, 1)
        return page

    def _text(self, name: str, value: Any) -> str:
        if name == "lines":
            return self._lines_text(value)
        text = show(value, self._kind.fields[name], self._options) or _("(empty)")
        return text if len(text) <= 120 else f"{text[:118]}…"

    def _lines_text(self, lines: list[Line]) -> str:
        """What one side did to the lines; how many there were where that is nothing."""
        count = ngettext("{count} line", "{count} lines", len(lines)).format(count=len(lines))
        was = {line.id: line for line in self._base.lines}
        here = {line.id for line in lines}
        told = [f"− {self._line_name(line)}" for line in self._base.lines if line.id not in here]
        for line in lines:
            before = was.get(line.id)
            if before is None or line.id is None:
                told.append(f"+ {self._line_name(line)} · {self._typed(line, {})}")
            elif new := self._typed(line, before.values):
                told.append(f"{self._line_name(line)} · {new}")
        if len(told) > _MOST_LINES:
            told = [*told[:_MOST_LINES], "…"]
        return "\n".join([count, *(words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…" for words in told)])

    def _line_name(self, line: Line) -> str:
        return str(line.values.get("name") or getattr(line.values.get("product_id"), "label", ""))

    def _typed(self, line: Line, before: Mapping[str, Any]) -> str:
        """What a person typed into a line that was not so before."""
        fields = self._kind.lines.fields if self._kind.lines else {}
        words = []
        for name, value in line.values.items():
            about = fields.get(name)
            if about is None or about.computed or (name in ("name", "product_id") and not before) or value == before.get(name):
                continue
            shown = show(value, about, self._options)
            if before:
                old = show(before.get(name), about, self._options) or _("(empty)")
                words.append(f"{_(about.label)} {old} → {shown or _('(empty)')}")
            elif shown and value:
                words.append(f"{_(about.label)} {shown}")
        return ", ".join(words)


def settle_conflict(parent: QWidget, notices: Notices, editing: RecordEditing, error: Conflict, merged: Merged | None) -> None:
    """Somebody else saved first: bring both together, ask per field, or make a new record where it was deleted."""
    if merged is None or error.theirs is None:
        if notices.ask(error.message, error.advice, yes=_("Save as a new record"), no=_("Keep editing")):
            editing.save_again_as_new()
    elif not merged.clashes:
        details = _("Your changes and theirs touch different fields and fit together.")
        if notices.ask(error.message, details, yes=_("Save both"), no=_("Keep editing")):
            editing.save_merged(merged.draft, error.theirs)
    else:
        dialog = ConflictDialog(parent, editing.kind, editing.app.options, editing.base, merged, error.who)
        if dialog.exec():
            editing.save_merged(dialog.result_draft, error.theirs)
        dialog.deleteLater()
