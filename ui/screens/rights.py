"""Positions and what they may do: positions at the left, at the right a grid of records by operation, fields, what is shown."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QInputDialog,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.changes import Change
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import PROGRAM, Reach
from crm_desktop.services import rights_editing
from crm_desktop.services.rights_editing import PositionRights
from crm_desktop.words import _, ngettext
from ui import icons, rights_sheets, theme
from ui.record_actions import add_shortcuts
from ui.rights_grid import LevelGrid
from ui.screens.rights_areas import AreasTree
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState, ScreenHead

_KEY = Qt.ItemDataRole.UserRole
_SIDE = 216  # pixels


class RightsScreen(QWidget):
    """Look at positions, change, copy and reset them."""

    _told = Signal()

    def __init__(self, shell: Shell, position: str = "") -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Positions and rights"), "shield", "screen:rights"
        self._was: dict[int, PositionRights] = {}
        self._now: PositionRights | None = None
        self._busy, self._wanted = False, int(position or 0)
        self._kinds = rights_sheets.kinds_in_order(shell.app)
        self.positions = QListWidget()
        self.records = LevelGrid(_("Records by operation"))
        self.special = LevelGrid(_("What only these records have"), first=206)
        self.fields = LevelGrid(_("Fields"), first=260)
        self.program = LevelGrid(_("Program"), first=340)
        self.areas = AreasTree(shell.app, self._rights, self._changed)
        self.field_type = QComboBox()
        self._lay_out()
        self._connect()
        stop = shell.app.changes.listen(self._hear)
        self.destroyed.connect(lambda *_args: stop())
        self.refresh()

    # For the window

    def apply_arguments(self, position: str = "") -> None:
        """Another screen leads to this position."""
        ids = [self.positions.item(n).data(_KEY) for n in range(self.positions.count())]
        if position.isdigit() and int(position) in ids:
            self.positions.setCurrentRow(ids.index(int(position)))

    @property
    def unsaved(self) -> bool:
        """Whether rights were changed and not saved."""
        return self._now is not None and self._now != self._was.get(self._now.id)

    def close_request(self) -> bool:
        """Ask about what is changed."""
        if not self.unsaved or self._now is None:
            return True
        answer = self._shell.notices.ask_unsaved(_(self._now.name))
        if answer == "save":
            self.save()
        return answer == "discard"

    def refresh(self) -> None:
        """Read the positions again; what is changed here and not saved stays."""
        if not self.unsaved:
            self._shell.tasks.run(partial(rights_editing.positions, self._shell.app), self._show, self._failed, owner=self)

    def _hear(self, change: Change) -> None:
        """Called in the thread that saved: positions, or who holds them, are other ones."""
        if change.type in ("positions", "users"):
            self._told.emit()

    # How it looks

    def _lay_out(self) -> None:
        self.positions.setProperty("role", "plain")
        self.positions.setAccessibleName(_("Positions"))
        self.tabs, self.pages = QTabBar(), QStackedWidget()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for words, page in (
            (_("Records"), self._records_page()), (_("Fields"), self._fields_page()), (_("Program"), self.program),
            (_("What is shown"), self.areas),
        ):  # fmt: skip
            self.tabs.addTab(words)
            self.pages.addWidget(page)
        self.hint = Label("", "faint", wrap=True)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(theme.size("margin"), 0, 0, theme.size("gap"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(self.tabs)
        column.addWidget(self.pages, 1)
        column.addWidget(self.hint)
        left = QWidget()
        side = QVBoxLayout(left)
        side.setContentsMargins(theme.size("gap"), 0, theme.size("gap"), theme.size("gap"))
        side.addWidget(self.positions)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(left)
        self.split.addWidget(right)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([theme.current().px(_SIDE), 1000])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._head())
        whole.addWidget(self.split, 1)

    def _head(self) -> QWidget:
        head = ScreenHead(self.title)
        row = head.row
        self.subtitle = Label("", "dim")
        row.addWidget(self.subtitle)
        row.addStretch(1)
        self.explain_button = Button(
            _("What may a person do?"), "question_circle", clicked=lambda: self._shell.open_screen("explain-rights")
        )
        self.copy_button = Button(_("Copy…"), "copy", clicked=self.copy)
        self.reset_button = Button(_("As it came"), "arrow_reset", clicked=self.reset)
        self.save_button = primary(_("Save"), "save", self.save)
        for button in (self.explain_button, self.copy_button, self.reset_button, self.save_button):
            row.addWidget(button)
        return head

    def _records_page(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.size("margin"))
        row.addWidget(self.records, 1)
        beside = QWidget()
        beside.setFixedWidth(theme.current().px(320))
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, theme.size("gap"), 0)
        column.setSpacing(theme.size("gap"))
        self.special_title = Label("", "section")
        column.addWidget(self.special_title)
        holder = QWidget()
        self._special_stack = QStackedLayout(holder)
        self._special_stack.addWidget(self.special)
        nothing = _("These records have no states and no operations of their own.")
        self._nothing_special = EmptyState("info", _("Nothing beyond the grid"), nothing)
        self._special_stack.addWidget(self._nothing_special)
        column.addWidget(holder, 1)
        row.addWidget(beside)
        self._beside = beside
        return page

    def _fields_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, theme.size("gap"), 0, 0)
        column.setSpacing(theme.size("gap"))
        row = QHBoxLayout()
        row.addWidget(Label(_("Records"), "dim"))
        for kind in self._kinds:
            self.field_type.addItem(icons.icon(kind.icon), _(kind.plural), kind.key)
        self.field_type.setAccessibleName(_("Records"))
        self.field_type.setMinimumWidth(theme.current().px(200))
        row.addWidget(self.field_type)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.fields, 1)
        return page

    def _connect(self) -> None:
        self._told.connect(self.refresh)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.tabs.currentChanged.connect(lambda _at: self._show_hint())
        self.positions.currentRowChanged.connect(lambda _row: self._chosen())
        self.records.row_chosen.connect(lambda _row: self._show_special())
        self.field_type.currentIndexChanged.connect(lambda _at: self._show_fields())
        for grid in (self.records, self.special, self.fields, self.program):
            grid.edited.connect(self._edited)
        add_shortcuts(self, {"Ctrl+S": self.save})

    def _show_hint(self) -> None:
        page = self.pages.currentWidget()
        if page is self.areas:
            words = _("What is not ticked stays out of sight. It saves looking; what a person may do is said under Records.")
        elif page is self.program:
            words = _("Enter or a double-click chooses.")
        else:
            keys, hidden = _("Enter or a double-click chooses; the keys 0 to 7 set it at once."), ""
            if page is self.fields.parentWidget():
                keys = _("Enter or a double-click chooses; the keys 0 to 2 set it at once.")
                hidden = _("A hidden field is hidden everywhere: in lists, forms, search, print and files.")
            down = _("Mark several cells and press Ctrl+D to copy the topmost down.")
            words = " ".join(w for w in (hidden, keys, down) if w)
        self.hint.setText(words)

    # Showing

    def _show(self, found: list[PositionRights]) -> None:
        self._was = {p.id: p for p in found}
        wanted = self._wanted or (self._now.id if self._now else 0)
        self._wanted = 0
        self.positions.blockSignals(True)
        self.positions.clear()
        for position in found:
            words = _(position.name) if position.active else _("{name} (switched off)").format(name=_(position.name))
            item = QListWidgetItem(icons.icon("briefcase"), f"{words}  ·  {position.held}" if position.held else words)
            item.setData(_KEY, position.id)
            item.setSizeHint(QSize(0, theme.size("row")))
            people = ngettext("{count} person holds it", "{count} people hold it", position.held)
            item.setToolTip(people.format(count=position.held))
            self.positions.addItem(item)
        at = next((n for n, p in enumerate(found) if p.id == wanted), 0)
        self.positions.setCurrentRow(at)
        self.positions.blockSignals(False)
        self._chosen()

    def _rights(self) -> PositionRights:
        assert self._now is not None
        return self._now

    def _chosen(self) -> None:
        if self.positions.currentRow() < 0:
            return
        wanted = self._was[self.positions.currentItem().data(_KEY)]
        if self._now is not None and self._now.id != wanted.id and not self._may_leave():
            at = next(n for n in range(self.positions.count()) if self.positions.item(n).data(_KEY) == self._now.id)
            self.positions.blockSignals(True)
            self.positions.setCurrentRow(at)
            self.positions.blockSignals(False)
            return
        self._now = wanted
        self._show_all()

    def _show_all(self) -> None:
        self.records.show_sheet(rights_sheets.records_sheet(self._kinds, self._rights, self._changed))
        self.program.show_sheet(rights_sheets.program_sheet(self._rights, self._changed))
        self._show_special()
        self._show_fields()
        self.areas.show_rights()
        people = ngettext("{count} person holds it", "{count} people hold it", self._rights().held)
        self.subtitle.setText(f"{_(self._rights().name)}  ·  {people.format(count=self._rights().held)}")
        self._show_hint()
        self._edited()

    def _show_special(self) -> None:
        if self._now is None:
            return
        kind = self._kind_of_row()
        self.special_title.setText(_("Only {things}").format(things=_(kind.plural)))
        sheet = rights_sheets.special_sheet(kind, self._rights, self._changed)
        self.special.show_sheet(sheet)
        self._special_stack.setCurrentWidget(self.special if sheet.rows else self._nothing_special)

    def _kind_of_row(self) -> RecordType:
        return self._kinds[max(0, min(self.records.currentIndex().row(), len(self._kinds) - 1))]

    def _show_fields(self) -> None:
        if self._now is not None:
            kind = self._kinds[max(0, self.field_type.currentIndex())]
            self.fields.show_sheet(rights_sheets.fields_sheet(kind, self._rights, self._changed))

    def _changed(self, rights: PositionRights) -> None:
        self._now = rights
        self._edited()

    def _edited(self) -> None:
        may = self._shell.app.actor.reach(PROGRAM, "rights") == Reach.ALL
        for grid in (self.records, self.special, self.fields, self.program):
            grid.cells.say_all_changed()
            grid.read_only = not may
        self.areas.setEnabled(may)
        self.save_button.setEnabled(self.unsaved and not self._busy)
        self.copy_button.setEnabled(may)
        came = rights_editing.as_it_came(self._rights()) if self._now else None
        self.reset_button.setVisible(came is not None)
        self.reset_button.setEnabled(may and came is not None and (came.reaches, came.fields, came.hidden) != (
            self._rights().reaches, self._rights().fields, self._rights().hidden))  # fmt: skip
        self._shell.tab_changed(self)

    def _may_leave(self) -> bool:
        if not self.unsaved:
            return True
        question = _("Leave without saving “{title}”?").format(title=_(self._rights().name))
        return self._shell.notices.ask(question, yes=_("Do not save"), no=_("Keep editing"))

    # What the person does

    def save(self) -> None:
        """Let the rights count."""
        if not self.unsaved or self._busy:
            return
        self._set_busy(True)
        self._shell.tasks.run(partial(rights_editing.save_rights, self._shell.app, self._rights()), self._saved, self._failed, owner=self)

    def _saved(self, stands: PositionRights) -> None:
        self._was[stands.id] = self._now = stands
        self._set_busy(False)
        self._show_all()
        self._shell.notices.say(_("Saved: {label}").format(label=_(stands.name)))
        self._shell.set_up_changed()

    def copy(self) -> None:
        """A new position that begins with the rights of this one."""
        if self._now is None or not self._may_leave():
            return
        source = self._rights()
        proposed = _("{name} (copy)").format(name=_(source.name))
        name, taken = QInputDialog.getText(self, _("Copy a position"), _("Name of the new position:"), text=proposed)
        if taken and name.strip():
            self._now = self._was[source.id]
            self._shell.tasks.run(
                partial(rights_editing.copy_position, self._shell.app, source.id, name), self._copied, self._failed, owner=self
            )

    def _copied(self, id_: int) -> None:
        self._wanted = id_
        self._shell.notices.say(_("Copied. Change what is different, then give it to people."))
        self.refresh()

    def reset(self) -> None:
        """Show the position as the program brought it; it counts when it is saved."""
        came = rights_editing.as_it_came(self._rights())
        if came is not None:
            self._now = came
            self._show_all()

    def _failed(self, error: BaseException) -> None:
        self._set_busy(False)
        self._shell.notices.error(error)

    def _set_busy(self, on: bool) -> None:
        self._busy = on
        self.save_button.setEnabled(self.unsaved and not on)
