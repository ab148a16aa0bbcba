"""The list of records, whole and alone: table, filters, chips, foot, empty states. A tab, a related list and a picker use it.

RecordList(app, tasks, "sales-orders", where=Condition("customer_id", "any_of", (5,)), compact=True)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Refused, Told
from crm_desktop.filters import Filter
from crm_desktop.services.listing import Count
from crm_desktop.services.views import Look
from crm_desktop.words import _
from ui import theme
from ui.chips import ChipLine
from ui.filter_text import describe
from ui.list_columns import ListColumns
from ui.list_copy import copied_words, plain, result_as_text, rows_as_text
from ui.list_empty import Beginnings, EmptyPlace, nothing_matches, nothing_yet
from ui.list_foot import ListFoot
from ui.list_groups import ListGroups
from ui.list_menus import CellDeeds, cell_menu
from ui.list_model import RecordListModel
from ui.list_names import Names
from ui.list_selection import ListSelection
from ui.list_state import ListState, default_state
from ui.record_table import RecordTable
from ui.tasks import Tasks
from ui.widgets.buttons import Button, IconButton
from ui.widgets.inputs import SearchEdit
from ui.widgets.panels import EmptyState


class RecordList(QWidget):
    """Records of one type to look through, filter, sort and pick from.

    where: a condition that always holds here. compact: a small search line above and no filter line, for a tab or a picker.
    single: one row at most can be selected, and Enter or a double-click chooses it.
    """

    open_record = Signal(str, int)
    new_record = Signal(str, object)  # type, values to start from
    import_wanted = Signal(str)
    sample_wanted = Signal()
    chosen = Signal(object)  # Ref, in a list with `single`
    current_changed = Signal(object)  # id of the record the cursor is on, or None
    selection_changed = Signal()
    state_changed = Signal()
    counted = Signal(object)  # Count, or None while it is counted
    columns_wanted = Signal()
    delete_wanted = Signal()
    edit_wanted = Signal()
    editor_wanted = Signal(int)  # the chip to change, -1 for a new condition
    failed = Signal(object)
    said = Signal(str)  # what the person is told by the way

    def __init__(
        self,
        app: Application,
        tasks: Tasks,
        type_key: str,
        *,
        where: Filter | None = None,
        compact: bool = False,
        single: bool = False,
        page_size: int = 100,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.app, self.tasks, self.type = app, tasks, app.type(type_key)
        self.compact, self.single = compact, single
        self.visible = self.type.listed(app.actor)
        self.state = default_state(self.type, self.visible, where)
        self.model = RecordListModel(app, tasks, type_key, page_size=page_size, parent=self)
        self._names = Names(app, tasks, self)
        self.table = RecordTable(app, tasks, self.name_of, self.model, single=single)
        self.selection = ListSelection(self.model, self.table, self.type.label, single=single)
        self.columns = ListColumns(self.table, self.model, app.options, lambda: self.state, self.apply, groups=not single)
        self.chips, self.foot = ChipLine(), ListFoot()
        self.search = SearchEdit(_("Search in this list"))
        self.offers_sample = False  # only where there is nothing yet that it could be mixed up with
        self._count: Count | None = None
        self._names.learned.connect(self._names_learned)
        self._empty = EmptyPlace(self.table.viewport())
        self.groups = ListGroups(app, self.table, self.model, lambda: self.state, self.apply)
        self.more_in_menu: list[QAction] = []  # what else the menu of a row offers
        self._began = False
        self.setProperty("ground", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay_out()
        self._connect()

    # For those who use it

    def start(self, look: Look | None = None) -> None:
        """Show the rows, as kept in `look`. A list that is shown without this starts by itself."""
        self._began = True
        if look is not None:
            self.state = self.state.with_look(look, self.visible)
            self.columns.own_widths = bool(look.widths)
            self.search.setText(self.state.search)
        self._ask()

    def apply(self, state: ListState) -> None:
        """Use another state: conditions, order, columns. The one way a list is changed."""
        if state == self.state:
            return
        asks = state.query != self.state.query
        self.state = state
        if self.search.text().strip() != state.search:
            self.search.setText(state.search)
        if asks and self._began:
            self.leave_everything()
            self._ask()
        else:
            if state.folds != self.model.folds:
                self.model.take_folds(state.folds)
            self._show_state()
            self.columns.size()
        self.state_changed.emit()

    def take_look(self, look: Look) -> None:
        """Show the list as it was kept."""
        self.columns.own_widths = bool(look.widths)
        self.apply(self.state.with_look(look, self.visible))
        self.columns.size()

    def set_where(self, where: Filter | None) -> None:
        """Let another condition hold always, as when another customer is shown."""
        if where != self.state.fixed:
            self.state = replace(self.state, fixed=where)
            if self._began:
                self._ask()

    def set_search(self, text: str) -> None:
        """Search for `text`."""
        self.apply(replace(self.state, search=text.strip()))

    def refresh(self) -> None:
        """Ask the database again, as F5 does."""
        self.model.reload()

    def reset_columns(self) -> None:
        """Columns, order and widths as the program brings them."""
        fresh = default_state(self.type, self.visible, self.state.fixed)
        self.columns.own_widths = False
        self.apply(replace(self.state, columns=fresh.columns, order=(), widths={}, frozen=0, group=""))
        self.columns.size()

    @property
    def count(self) -> Count | None:
        """How many records there are; None while nobody knows."""
        return self._count

    @property
    def everything(self) -> bool:
        """Whether the whole result counts as selected."""
        return self.selection.everything

    def current_ref(self) -> Ref | None:
        """The record the cursor is on, with what it is called."""
        return self.selection.current()

    def current_id(self) -> int | None:
        """The record the cursor is on."""
        current = self.selection.current()
        return current.id if current else None

    def selected_ids(self) -> list[int]:
        """The records selected, from top to bottom; with `everything` on, it is the whole result that counts."""
        return self.selection.ids()

    def select_ids(self, ids: Iterable[int], current: int | None = None) -> None:
        """Select these records as far as they are fetched, the cursor on `current`."""
        self.selection.select(ids, current)

    def select_everything(self) -> None:
        """Let the whole result count as selected."""
        self.selection.take_everything()

    def leave_everything(self) -> None:
        """Back to the rows selected one by one."""
        self.selection.leave_everything()

    def selected_count(self) -> Count:
        """How many records an action would touch."""
        return self.selection.count()

    def focus_list(self) -> None:
        """Put the cursor into the rows."""
        self.table.setFocus()
        if not self.table.currentIndex().isValid():
            self.table.select_first()

    def name_of(self, type_key: str, id_: int) -> str:
        """What a record is called that a filter names."""
        return self._names.of(type_key, id_)

    def copy(self) -> None:
        """Put the selected rows on the clipboard as Excel takes them; the whole result is fetched first."""
        clipboard, columns = QGuiApplication.clipboard(), self.model.columns
        if self.everything and not self.model.complete:
            self.tasks.run(partial(result_as_text, self.app, self.model.query, columns), self._copied, owner=self)
            return
        rows = range(self.model.rowCount()) if self.everything else self.selection.rows()
        rows = [row for row in rows if self.model.group_at(row) is None]
        found = ([self.model.value(row, at) for at in range(len(columns))] for row in rows)
        clipboard.setText(rows_as_text(columns, found, self.app.options))

    def _copied(self, answer: tuple[str, int, bool]) -> None:
        text, count, whole = answer
        QGuiApplication.clipboard().setText(text)
        self.said.emit(copied_words(count, whole=whole))

    # Parts

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if self.compact:
            column.addLayout(self._small_bar())
        column.addWidget(self.chips)
        column.addWidget(self.table, 1)
        column.addWidget(self.foot)
        self.foot.setVisible(not self.single)
        self.table.show_filters(not self.compact)

    def _small_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, theme.size("gap"))
        row.setSpacing(theme.size("gap"))
        self.search.setMaximumWidth(16_777_215 if self.single else theme.current().px(280))
        row.addWidget(self.search, 1)
        row.addStretch(0 if self.single else 1)
        filters = IconButton("filter", _("Filter line"), lambda: self.table.show_filters(filters.isChecked()), checkable=True)
        row.addWidget(filters)
        if not self.single:
            row.addWidget(Button(_("New"), "add", clicked=self._new))
        return row

    def _connect(self) -> None:
        table, model = self.table, self.model
        model.modelReset.connect(self._after_reset)
        model.arrived.connect(self._arrived)
        model.counted.connect(self._take_count)
        model.summed.connect(self.foot.show_totals_of)
        model.failed.connect(self._failed)
        model.rowsRemoved.connect(self._show_emptiness)
        self.selection.changed.connect(self._selection_changed)
        table.selectionModel().currentRowChanged.connect(lambda *_args: self.current_changed.emit(self.current_id()))
        table.opened.connect(self._open)
        table.copy_wanted.connect(self.copy)
        table.delete_wanted.connect(self.delete_wanted)
        table.edit_wanted.connect(self.edit_wanted)
        table.typed.connect(self._type_on)
        table.menu_wanted.connect(self._menu)
        for head in table.heads:
            head.filter_changed.connect(lambda name, part: self.apply(self.state.with_column(name, part)))
            head.order_changed.connect(lambda order: self.apply(replace(self.state, order=order)))
            head.left_down.connect(self.focus_list)
        self.columns.sized.connect(self._take_widths)
        self.columns.choose_wanted.connect(self.columns_wanted)
        self.columns.reset_wanted.connect(self.reset_columns)
        self.chips.changed.connect(self.editor_wanted)
        self.chips.removed.connect(self._remove_chip)
        self.chips.cleared.connect(lambda: self.apply(self.state.cleared()))
        self.search.searched.connect(self.set_search)
        self.search.left_down.connect(self.focus_list)
        self.search.returnPressed.connect(self._search_entered)
        self.foot.exact_wanted.connect(model.count_all)
        self.foot.totals_wanted.connect(model.sum_all)

    # Asking and answers

    def _ask(self) -> None:
        self._show_state()
        self.model.folds = self.state.folds
        self.model.ask(self.state.query)

    def _show_state(self) -> None:
        parts = self.state.column_parts()
        for head in self.table.heads:
            head.show_state(parts, self.state.order or self.type.order)
        words = [describe(p, self.app.types, self.type, self.app.options, self.name_of) for p in self.state.chip_parts()]
        self.chips.show_words(words)
        if self.table.frozen_count != self.state.frozen:
            self.table.freeze(self.state.frozen)

    def _names_learned(self) -> None:
        for head in self.table.heads:
            head.show_state({}, self.state.order or self.type.order)
        self._show_state()

    def _after_reset(self) -> None:
        self.table.freeze(self.state.frozen)
        self.columns.size()
        self.selection.bring_back()

    def _arrived(self) -> None:
        if not self.table.currentIndex().isValid() and (self.single or not self.compact):
            self.table.select_first()
            self.table.scrollToTop()
        self._show_emptiness()
        if not self.model.rowCount():
            self.current_changed.emit(None)

    def _take_count(self, number: Count | None) -> None:
        self._count = self.selection.total = number
        self.foot.show_count(number, [self.model.columns[self.model.column_of(n)] for n in self.model.summable()])
        self.counted.emit(number)
        if self.everything:
            self._selection_changed()

    def _failed(self, error: BaseException) -> None:
        if not self.model.rowCount() and isinstance(error, Told):
            again = Button(_("Try again"), clicked=self._ask)
            self._empty.put(EmptyState("error_circle", error.message, error.advice, again))
        self.failed.emit(error)
        if isinstance(error, Refused) and self.state.group:
            self.apply(self.state.grouped(""))

    def _selection_changed(self) -> None:
        self.foot.show_selection(self.selection.count(), self.selection.sums(), everything=self.everything)
        self.selection_changed.emit()

    # Emptiness

    def _show_emptiness(self, *_ignored: object) -> None:
        if self.model.rowCount() or not self.model.asked:
            self._empty.put(None)
            return
        large = not self.compact and self.type.area != "setup"
        do = Beginnings(
            clear=lambda: self.apply(self.state.cleared()),
            new=None if self.single else self._new,
            bring_in=(lambda: self.import_wanted.emit(self.type.key)) if large else None,
            sample=self.sample_wanted.emit if large and self.offers_sample else None,
        )
        filtered = self.state.filtered
        self._empty.put(nothing_matches(do) if filtered else nothing_yet(self.type, do, small=self.compact))

    # What the person does

    def _open(self, row: int) -> None:
        if self.model.group_at(row) is not None:
            self.groups.fold(row)
        elif self.single:
            self.chosen.emit(Ref(self.model.id_at(row), self.selection.label_at(row)))
        else:
            self.open_record.emit(self.type.key, self.model.id_at(row))

    def _new(self) -> None:
        self.new_record.emit(self.type.key, self.state.preset())

    def _type_on(self, text: str) -> None:
        self.search.setFocus()
        self.search.setText(text)

    def _search_entered(self) -> None:
        if self.single and self.model.rowCount() == 1:
            self._open(0)

    def _remove_chip(self, at: int) -> None:
        chips = self.state.chip_parts()
        self.apply(self.state.with_chips(chips[:at] + chips[at + 1 :]))

    def _menu(self, at: QPoint, index: QModelIndex) -> None:
        if index.isValid():
            self.row_menu(index).popup(at)

    def row_menu(self, index: QModelIndex) -> QMenu:
        """What can be done with a cell and its row."""
        row, at = index.row(), index.column()
        if (group := self.model.group_at(row)) is not None:
            return self.groups.head_menu(row, group)
        column, value = self.model.columns[at], self.model.value(row, at)
        do = CellDeeds(
            open_row=lambda: self._open(row),
            open_record=self.open_record.emit,
            filter=lambda name, part: self.apply(self.state.with_column(name, part)),
            copy_cell=lambda: QGuiApplication.clipboard().setText(plain(value, column.field, self.app.options)),
            copy_rows=self.copy,
        )
        old = self.state.column_parts().get(column.name)
        menu = cell_menu(self, self.app, column, value, self.model.cell(row, at).text, old, do)
        if self.more_in_menu:
            menu.addSeparator()
            menu.addActions(self.more_in_menu)
        return menu

    def _take_widths(self, widths: dict[str, int]) -> None:
        self.state = replace(self.state, widths=widths)
        self.state_changed.emit()

    # Qt

    def showEvent(self, event: QEvent) -> None:  # type: ignore[override]
        super().showEvent(event)  # type: ignore[arg-type]
        if not self._began:
            self.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.table.take_theme()
