"""The third page of an import: what would happen, record by record, before anything is written; and the last: what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from crm_desktop.exchange.plan import Plan, Planned, Result
from crm_desktop.exchange.reasons import reasons
from crm_desktop.kinds import show
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import N_, _, ngettext
from ui import theme
from ui.screens.import_file import counts_words
from ui.screens.import_matching import questions_words
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import IconLabel, Label, SectionHeader
from ui.widgets.panels import Card, ScrolledColumn
from ui.widgets.plain_table import PlainColumn, PlainTable

ACTIONS: Mapping[str, tuple[str, str]] = {
    "create": (N_("New"), "green"),
    "change": (N_("Updated"), "accent"),
    "ask": (N_("To decide"), "amber"),
    "same": (N_("Unchanged"), "grey"),
    "wrong": (N_("Wrong"), "red"),
}
"""What happens to a record → word and tone."""

_NOTES = 280  # pixels
_MOST_CHANGES = 6


class CheckPage(QWidget):
    """Counts as buttons that filter, the records below, what was found out at the right."""

    match_wanted = Signal()
    mend_wanted = Signal(object)
    decided = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._plan: Plan | None = None
        self.match = Button("", "link", kind="primary", clicked=self.match_wanted.emit)
        self.mend = Button(_("Mend…"), "edit", clicked=self._mend)
        self.mend.setToolTip(_("Correct the cells of the wrong row that is selected"))
        self.let = Button(_("Let these change"), "checkmark", clicked=self.let_change)
        self.counts: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self.search = SearchEdit(_("Search in the rows"))
        self.search.searched.connect(lambda _text: self._filter())
        self.table = PlainTable(
            [
                PlainColumn(_("Row"), _rows, 7, quiet=True),
                PlainColumn("", lambda p: _(ACTIONS[p.action][0]), 8, tone=lambda p: ACTIONS[p.action][1]),
                PlainColumn(_("Record"), lambda p: p.label, 24),
                PlainColumn(_("What happens"), self._what),
            ],
            tint=lambda p: "red" if p.action == "wrong" else "amber" if p.action == "ask" else "",
            several=True,
            name=_("Rows of the file"),
        )
        self.table.opened.connect(lambda item: self.mend_wanted.emit(item))
        self._notes = Label("", "dim", wrap=True)
        self._notes.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._lay_out()

    def show_plan(self, plan: Plan) -> None:
        """Show a plan; the wrong rows first where there are any."""
        self._plan = plan
        numbers = Counter(item.action for item in plan.records)
        self.counts[""].setText(_("All {count}").format(count=f"{len(plan.records):,}"))
        for action, (words, _tone) in ACTIONS.items():
            button = self.counts[action]
            button.setText(f"{_(words)} {numbers[action]:,}")  # type: ignore[index]
            button.setEnabled(numbers[action] > 0)  # type: ignore[index]
        self.counts["ask"].setVisible(numbers["ask"] > 0 or plan.recipe.existing == "ask")
        self.let.setVisible(numbers["ask"] > 0)
        self.mend.setVisible(numbers["wrong"] > 0)
        self.match.setText(questions_words(plan))
        self.match.setVisible(bool(self.match.text()))
        self._notes.setText("\n\n".join(plan.notes))
        self._side.setVisible(bool(plan.notes))
        self.search.clear()
        self.counts["wrong" if numbers["wrong"] else "ask" if numbers["ask"] else ""].setChecked(True)
        self._filter()

    def _mend(self) -> None:
        """The wrong row the cursor is on, or the first one that is shown."""
        at = self.table.currentIndex().row()
        rows = self.table.items.rows
        chosen = rows[at] if 0 <= at < len(rows) and rows[at].action == "wrong" else None
        item = chosen or next((r for r in rows if r.action == "wrong"), None)
        if item is not None:
            self.mend_wanted.emit(item)

    def let_change(self) -> None:
        """Let the records that are selected change, or, with none selected, all that are shown."""
        chosen = [self.table.items.rows[i.row()] for i in self.table.selectionModel().selectedRows()]
        for item in (i for i in chosen or self.table.items.rows if i.action == "ask"):
            item.action = "change"
        if self._plan is not None:
            self.show_plan(self._plan)
        self.decided.emit()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        self._group.setExclusive(True)
        for action in ("", *ACTIONS):
            button = QPushButton()
            button.setCheckable(True)
            button.setProperty("kind", "segment")
            if action:
                button.setProperty("tone", ACTIONS[action][1])
            button.clicked.connect(lambda _on=False: self._filter())
            self._group.addButton(button)
            self.counts[action] = button
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.let)
        row.addWidget(self.mend)
        row.addWidget(self.match)
        self.search.setMaximumWidth(theme.current().px(240))
        row.addWidget(self.search, 1)
        notes = ScrolledColumn(self._notes, edge=theme.size("gap"))
        self._side = Card(plate=True)
        self._side.setFixedWidth(theme.current().px(_NOTES))
        self._side.body.addWidget(SectionHeader(_("Good to know"), icon="info"))
        self._side.body.addWidget(notes, 1)
        middle = QHBoxLayout()
        middle.setSpacing(theme.size("margin"))
        middle.addWidget(self.table, 1)
        middle.addWidget(self._side)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.size("page"), 0, theme.size("page"), 0)
        column.setSpacing(theme.size("margin"))
        column.addLayout(row)
        column.addLayout(middle, 1)

    def _filter(self) -> None:
        if self._plan is None:
            return
        action = next((a for a, button in self.counts.items() if button.isChecked()), "")
        text = self.search.text().strip().casefold()
        rows = [p for p in self._plan.records if not action or p.action == action]
        if text:
            rows = [p for p in rows if text in p.label.casefold() or text in self._what(p).casefold()]
        self.table.show_rows(rows)

    def _what(self, item: Planned) -> str:
        assert self._plan is not None
        kind = self._shell.app.type(self._plan.type)
        if item.action == "wrong":
            return reasons(kind, item)
        held = list(dict.fromkeys(item.held.values()))
        if item.action in ("change", "ask"):
            return "; ".join([self._changes(kind, item), *held])
        if item.action == "create":
            lines, beside = len(item.incoming.lines), len(item.incoming.beside)
            parts = [ngettext("{count} line", "{count} lines", lines).format(count=lines)] if lines else []
            if beside:
                parts.append(ngettext("{count} contact", "{count} contacts", beside).format(count=beside))
            return "; ".join([*parts, *held])
        return "; ".join(held)

    def _changes(self, kind: RecordType, item: Planned) -> str:
        parts = []
        for name, change in list(item.changes.items())[:_MOST_CHANGES]:
            if name == "lines":
                parts.append(_("Lines: {before} → {after}").format(before=change.before, after=change.after))
                continue
            if name not in kind.fields:  # what stands beside the record, such as the contacts of a customer
                words = _("{things}: {count} new or changed").format(things=_(self._shell.app.type(name).plural), count=change.after)
                parts.append(words)
                continue
            about = kind.fields[name]
            before, after = (self._words(about, value) or _("(empty)") for value in change)
            parts.append(f"{_(about.label)}: {before} → {after}")
        return "; ".join(parts)

    def _words(self, about: Any, value: Any) -> str:
        return show(value, about, self._shell.app.options).replace("\n", " ")


def _rows(item: Planned) -> str:
    rows = item.rows
    return str(rows[0]) if len(rows) == 1 else f"{rows[0]}–{rows[-1]}" if rows else ""


class DonePage(QWidget):
    """The work while it runs, then what came of it and what can be done next."""

    undo_wanted = Signal()
    wrong_wanted = Signal()
    list_wanted = Signal()
    again_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.icon = IconLabel("checkmark_circle", "green", 48)
        self.title, self.text = Label("", "title"), Label("", "dim", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(theme.current().px(320))
        self.stop = Button(_("Cancel"), "dismiss", clicked=self.stop_wanted.emit)
        self.open = primary(_("Open the list"), "open", self.list_wanted.emit)
        self.open.setAutoDefault(True)
        self.undo = Button(_("Undo import"), "arrow_undo", clicked=self.undo_wanted.emit)
        self.wrong = Button(_("Save the wrong rows…"), "document_table", clicked=self.wrong_wanted.emit)
        self.again = Button(_("Import another file"), "arrow_download", kind="flat", clicked=self.again_wanted.emit)
        self._lay_out()

    def _lay_out(self) -> None:
        centre = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self)
        column.setSpacing(theme.size("gap"))
        column.addStretch(2)
        column.addWidget(self.icon, 0, centre)
        column.addWidget(self.title, 0, centre)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setMinimumWidth(theme.current().px(420))
        column.addWidget(self.text, 0, centre)
        column.addSpacing(theme.size("margin"))
        column.addWidget(self.bar, 0, centre)
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        row.addStretch(1)
        for button in (self.stop, self.open, self.wrong, self.undo, self.again):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)

    def show_work(self, title: str, text: str, percent: int | None) -> None:
        """Say how far it is."""
        self._show_buttons(running=True)
        self.icon.set_icon("arrow_sync", "accent")
        self.title.setText(title)
        self.text.setText(text)
        self.bar.setRange(0, 0 if percent is None else 100)
        self.bar.setValue(percent or 0)

    def show_result(self, result: Result) -> None:
        """Say what was done."""
        self._show_buttons(running=False)
        self.icon.set_icon("checkmark_circle", "green")
        self.title.setText(_("Imported: {counts}").format(counts=counts_words(result.created, result.changed)))
        parts = []
        if result.unchanged:
            words = ngettext("{count} was there already.", "{count} were there already.", result.unchanged)
            parts.append(words.format(count=f"{result.unchanged:,}"))
        if result.wrong:
            words = ngettext("{count} was wrong and left out.", "{count} were wrong and left out.", result.wrong)
            parts.append(words.format(count=f"{result.wrong:,}"))
        if result.left:
            words = ngettext("{count} was left as it is.", "{count} were left as they are.", result.left)
            parts.append(words.format(count=f"{result.left:,}"))
        parts += result.notes
        if result.failed:
            parts.append(_("Files that could not be kept: {names}").format(names="; ".join(result.failed[:5])))
        self.text.setText(" ".join(parts) or _("Every row of the file has come in."))
        self.wrong.setVisible(result.wrong > 0)
        self.undo.setVisible(result.created + result.changed > 0)
        self.open.setFocus()

    def show_undone(self, removed: int, changed_back: int) -> None:
        """Say that it was taken back."""
        self._show_buttons(running=False)
        self.icon.set_icon("arrow_undo", "accent")
        self.title.setText(_("The import was taken back"))
        first = ngettext("{count} record removed", "{count} records removed", removed).format(count=f"{removed:,}")
        second = ngettext("{count} as it was before", "{count} as they were before", changed_back)
        self.text.setText(", ".join([first, second.format(count=f"{changed_back:,}")][: 2 if changed_back else 1]))
        self.wrong.hide()
        self.undo.hide()

    def _show_buttons(self, *, running: bool) -> None:
        for part in (self.bar, self.stop):
            part.setVisible(running)
        for button in (self.open, self.undo, self.wrong, self.again):
            button.setVisible(not running)
