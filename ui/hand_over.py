"""Handing records over in the window: whose, which, to whom; with the numbers before anything happens, and a way back after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import Filter
from crm_desktop.progress import Progress
from crm_desktop.services.handing_over import Plan, Portion, Portioned, hand_over, owned, preview, take_back
from crm_desktop.services.sharing import grantees
from crm_desktop.words import _, ngettext
from ui import icons, theme
from ui.filter_editor import FilterEditor
from ui.list_names import Names
from ui.list_state import ListState, joined
from ui.shell import Shell
from ui.widgets.buttons import Button, IconButton, primary
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import Label
from ui.widgets.panels import Card, ScrolledColumn

_KEY = Qt.ItemDataRole.UserRole
EVERYBODY = 0


@dataclass
class _Row:
    """One type in the dialog."""

    type: str
    tick: QCheckBox
    to: QComboBox
    filter: IconButton
    effect: Label
    where: tuple[Filter, ...] = ()
    wish: int = EVERYBODY  # who takes them all; EVERYBODY: in turn


class HandOverDialog(QDialog):
    """Asks who gets the records; `plan` holds the answer. person: whose records; ids: or just these of one type."""

    def __init__(
        self, shell: Shell, parent: QWidget, *, person: Ref | None = None, type_key: str = "", ids: Sequence[int] = ()
    ) -> None:
        super().__init__(parent.window())
        self._shell, self.person, self._type, self._ids = shell, person, type_key, tuple(ids)
        self.rows: list[_Row] = []
        self._ticket = 0
        self._names = Names(shell.app, shell.tasks, self)
        self._people: list[tuple[int, str]] = []
        self.setWindowTitle(_("Hand over records"))
        self.people = QListWidget()
        self.search = SearchEdit(_("Search people"))
        self.along = QCheckBox(_("With what belongs to them: contacts, follow-ups, orders, tasks of the same person"))
        self.along.setChecked(True)
        self._lay_out()
        self.people.itemChanged.connect(lambda _item: self._people_changed())
        self.search.textChanged.connect(self._search)
        self.along.toggled.connect(lambda _on: self._look())
        shell.tasks.run(partial(_begin, shell.app, person.id if person else None), self._show, shell.notices.error, owner=self)

    # How it looks

    def _lay_out(self) -> None:
        worn = theme.current()
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        self.heading = Label(self._title(), "heading", wrap=True)
        column.addWidget(self.heading)
        middle = QHBoxLayout()
        middle.setSpacing(theme.size("margin"))
        left = QVBoxLayout()
        left.setSpacing(theme.size("gap"))
        left.addWidget(Label(_("Who takes them"), "section"))
        left.addWidget(self.search)
        self.people.setAccessibleName(_("Who takes them"))
        left.addWidget(self.people, 1)
        left.addWidget(Label(_("Tick one person, or several who take turns."), "small", wrap=True))
        side = QWidget()
        side.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        side.setFixedWidth(worn.px(250))
        middle.addWidget(side)
        card = Card(plate=True)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(theme.size("margin"))
        self.grid.setVerticalSpacing(theme.size("gap"))
        self.grid.setColumnStretch(3, 1)
        card.body.addWidget(Label(_("What is handed over"), "section"))
        scrolled = ScrolledColumn()  # a dozen kinds of records are higher than a low screen
        scrolled.inside.addLayout(self.grid)
        scrolled.inside.addWidget(self.along)
        scrolled.inside.addStretch(1)
        card.body.addWidget(scrolled, 1)
        self.effect, self.note = Label("", "section", wrap=True), Label("", "small", wrap=True)
        card.body.addWidget(self.effect)
        card.body.addWidget(self.note)
        middle.addWidget(card, 1)
        column.addLayout(middle, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.ok = primary(_("Hand over"), "arrow_swap", self.accept)
        self.ok.setEnabled(False)
        foot.addWidget(self.ok)
        column.addLayout(foot)
        self.along.setVisible(self.person is None)
        self.resize(worn.px(820), worn.px(520))

    def _title(self) -> str:
        if self.person is not None:
            return _("Hand over the records of {person}").format(person=self.person.label)
        kind = self._shell.app.type(self._type)
        return _("Hand over {count} {things}").format(count=f"{len(self._ids):,}", things=_(kind.plural))

    def _show(self, found: tuple[list[tuple[int, str]], list[Portioned]]) -> None:
        own = self.person.id if self.person else None
        self._people = [p for p in found[0] if p[0] != own]
        self.people.blockSignals(True)
        for id_, name in self._people:
            item = QListWidgetItem(name, self.people)
            item.setData(_KEY, id_)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
        self.people.blockSignals(False)
        portions = found[1] if self.person is not None else [Portioned(self._type, len(self._ids), 0)]
        for at, portion in enumerate(portions):
            self._add_row(at, portion)
        if not portions:
            self.effect.setText(_("There is nothing to hand over."))
        self._people_changed()

    def _add_row(self, at: int, portion: Portioned) -> None:
        kind = self._shell.app.type(portion.type)
        count = f"{_(kind.plural)}  ·  {portion.count:,}"
        some = IconButton("filter", _("Only some of them…"), checkable=True)
        row = _Row(portion.type, QCheckBox(count), QComboBox(), some, Label("", "dim"))
        row.tick.setIcon(icons.icon(kind.icon))
        row.tick.setChecked(portion.count > 0)
        row.tick.setEnabled(portion.count > 0)
        row.to.setAccessibleName(_("Who takes them"))
        row.tick.toggled.connect(lambda _on: self._look())
        row.to.activated.connect(lambda _at: self._wished(row))
        row.filter.clicked.connect(lambda: self._choose(row))
        row.filter.setVisible(self.person is not None)
        for place, widget in enumerate((row.tick, row.filter, row.to, row.effect)):
            self.grid.addWidget(widget, at, place)
        self.rows.append(row)

    def _search(self, text: str) -> None:
        for at in range(self.people.count()):
            item = self.people.item(at)
            item.setHidden(text.strip().casefold() not in item.text().casefold())

    # What is chosen

    def takers(self) -> list[tuple[int, str]]:
        """The people ticked."""
        items = (self.people.item(at) for at in range(self.people.count()))
        return [(i.data(_KEY), i.text()) for i in items if i.checkState() == Qt.CheckState.Checked]

    def _people_changed(self) -> None:
        takers = self.takers()
        for row in self.rows:
            row.to.clear()
            if len(takers) > 1:
                row.to.addItem(_("in turn"), EVERYBODY)
            for id_, name in takers:
                row.to.addItem(_("all to {person}").format(person=name), id_)
            row.to.setCurrentIndex(max(0, row.to.findData(row.wish)))
            row.to.setVisible(len(takers) > 1)
        self._look()

    def _wished(self, row: _Row) -> None:
        row.wish = row.to.currentData()
        self._look()

    def _choose(self, row: _Row) -> None:
        """Only those that fit conditions."""
        app = self._shell.app
        kind = app.type(row.type)
        state = ListState(kind, kind.columns, parts=row.where)
        editor = FilterEditor(app, self._shell.tasks, state, self._names.of, self)
        if editor.exec():
            row.where = tuple(editor.parts())
            row.filter.setChecked(bool(row.where))
            self._look()
        editor.deleteLater()

    def plan(self) -> Plan:
        """What was chosen."""
        everybody = tuple(id_ for id_, _name in self.takers())
        portions = []
        for row in self.rows:
            if row.tick.isChecked() and everybody:
                to = (row.to.currentData(),) if row.to.currentData() else everybody
                portions.append(Portion(row.type, to, joined(row.where), None if self.person else self._ids))
        return Plan(self.person.id if self.person else None, tuple(portions), self.person is None and self.along.isChecked())

    def _look(self) -> None:
        plan = self.plan()
        self._ticket += 1
        ticket = self._ticket
        self.ok.setEnabled(False)
        if not plan.portions:
            self.note.setText("")
            if self.rows:
                self.effect.setText(_("Choose who takes them.") if not self.takers() else _("Nothing is chosen."))
            return
        self._shell.tasks.run(
            partial(preview, self._shell.app, plan), lambda found: self._show_effect(found) if ticket == self._ticket else None,
            self._shell.notices.error, owner=self,
        )  # fmt: skip

    def _show_effect(self, found: list[Portioned]) -> None:
        total, kept = sum(p.count for p in found), sum(p.kept for p in found)
        words = ngettext("{count} record will change hands.", "{count} records will change hands.", total)
        self.effect.setText(words.format(count=f"{total:,}"))
        names = dict(self._people)
        each: dict[int, int] = {}
        for portion in found:
            for person, count in portion.each.items():
                each[person] = each.get(person, 0) + count
        lines = [" · ".join(f"{names.get(p, '')}: {c:,}" for p, c in each.items())]
        chosen = {row.type for row in self.rows}
        lines += [f"{_(self._shell.app.type(p.type).plural)}: {p.count:,}" for p in found if p.type not in chosen and p.count]
        if kept:
            stays = ngettext("{count} record stays: you may not hand it over.", "{count} records stay: you may not hand them over.", kept)
            lines.append(stays.format(count=f"{kept:,}"))
        self.note.setText("\n".join(line for line in lines if line))
        counts = {p.type: p.count for p in found}
        for row in self.rows:
            row.effect.setText(f"{counts.get(row.type, 0):,}" if row.tick.isChecked() and row.where else "")
        self.ok.setEnabled(total > 0)


def _begin(app: Application, person: int | None) -> tuple[list[tuple[int, str]], list[Portioned]]:
    people = [(g.id, g.name) for g in grantees(app) if g.kind == "user"]
    if app.actor.user_id is not None:
        people.insert(0, (app.actor.user_id, app.actor.name))
    return people, owned(app, person) if person is not None else []


def hand_over_records(
    shell: Shell, parent: QWidget, *, person: Ref | None = None, type_key: str = "", ids: Sequence[int] = ()
) -> None:
    """Let the person hand over somebody's records, or those with these ids."""
    dialog = HandOverDialog(shell, parent, person=person, type_key=type_key, ids=ids)
    if dialog.exec():
        plan = dialog.plan()

        def work(progress: Progress) -> tuple[str, int]:
            return hand_over(shell.app, plan, progress)

        shell.tasks.run(work, partial(_done, shell), shell.notices.error, title=_("Handing over"), slow=True)
    dialog.deleteLater()


def _done(shell: Shell, done: tuple[str, int]) -> None:
    batch, count = done
    words = ngettext("{count} record handed over", "{count} records handed over", count).format(count=f"{count:,}")
    undo = partial(shell.tasks.run, partial(take_back, shell.app, batch), partial(_taken_back, shell), shell.notices.error)
    shell.notices.say(words, _("Undo") if batch else "", undo if batch else None, "arrow_swap")


def _taken_back(shell: Shell, count: int) -> None:
    words = ngettext("{count} record is as it was", "{count} records are as they were", count)
    shell.notices.say(words.format(count=f"{count:,}"))
