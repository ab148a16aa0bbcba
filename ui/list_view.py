"""The list of records, whole and alone: table, filters, chips, foot, empty states. A tab, a related list and a picker use it.

RecordList(app, tasks, "sales-orders", where=Condition("customer_id", "any_of", (5,)), compact=True)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Told
from crm_desktop.filters import Filter
from crm_desktop.kinds import show
from crm_desktop.services.listing import Count
from crm_desktop.services.views import Look, names_of
from crm_desktop.words import _
from ui import icons, theme
from ui.chips import ChipLine
from ui.filter_text import describe
from ui.list_foot import ListFoot
from ui.list_model import RecordListModel
from ui.list_state import ListState, default_state, only_value, without_value
from ui.record_table import RecordTable
from ui.tasks import Tasks
from ui.widgets.buttons import Button, IconButton
from ui.widgets.inputs import SearchEdit
from ui.widgets.panels import EmptyState

_CHARACTER, _AROUND = 8, 26  # pixels of a character in a list, and around a text
_NAME_LEAST = 190  # what the widest column keeps when there is little room


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
        self.visible = self.type.visible(app.actor)
        self.state = default_state(self.type, self.visible, where)
        self.model = RecordListModel(app, tasks, type_key, page_size=page_size, parent=self)
        self.table = RecordTable(app, tasks, self.name_of, self.model, single=single)
        self.chips, self.foot = ChipLine(), ListFoot()
        self.search = SearchEdit(_("Search in this list"))
        self.everything = False
        self._count: Count | None = None
        self._names: dict[tuple[str, int], str] = {}
        self._wanted_names: set[tuple[str, int]] = set()
        self._kept: tuple[set[int], int | None, int] = (set(), None, 0)
        self._empty: EmptyState | None = None
        self._sized_for = -1
        self._own_widths = False
        self._extra_menu: list[QAction] = []
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
            self._own_widths = bool(look.widths)
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
            self._show_state()
            self._size_columns()
        self.state_changed.emit()

    def take_look(self, look: Look) -> None:
        """Show the list as it was kept."""
        self._own_widths = bool(look.widths)
        self.apply(self.state.with_look(look, self.visible))
        self._size_columns()

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
        self._own_widths = False
        self.apply(replace(self.state, columns=fresh.columns, order=(), widths={}, frozen=0))
        self._size_columns(anew=True)

    @property
    def count(self) -> Count | None:
        """How many records there are; None while nobody knows."""
        return self._count

    def current_id(self) -> int | None:
        """The record the cursor is on."""
        index = self.table.currentIndex()
        return self.model.id_at(index.row()) if index.isValid() else None

    def current_ref(self) -> Ref | None:
        """The same with what it is called."""
        row = self.table.currentIndex().row()
        return Ref(self.model.id_at(row), self.label_at(row)) if row >= 0 else None

    def selected_ids(self) -> list[int]:
        """The records selected, from top to bottom; with `everything` on, it is the whole result that counts."""
        return [
            self.model.id_at(i.row()) for i in sorted(self.table.selectionModel().selectedRows(), key=QModelIndex.row)
        ]

    def select_ids(self, ids: Iterable[int], current: int | None = None) -> None:
        """Select these records as far as they are fetched, the cursor on `current`."""
        chosen, last = QItemSelection(), self.model.columnCount() - 1
        for row in self.model.rows_of(ids):
            chosen.select(self.model.index(row, 0), self.model.index(row, last))
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().select(chosen, flags.ClearAndSelect)
        row = self.model.row_of(current) if current is not None else -1
        if row >= 0:
            self.table.selectionModel().setCurrentIndex(self.model.index(row, 0), flags.NoUpdate)

    def select_everything(self) -> None:
        """Let the whole result count as selected."""
        if self.model.rowCount() and not self.single:
            self.everything = True
            self.table.show_everything(True)
            self._selection_changed()

    def leave_everything(self) -> None:
        """Back to the rows selected one by one."""
        if self.everything:
            self.everything = False
            self.table.show_everything(False)
            self._selection_changed()

    def selected_count(self) -> Count:
        """How many records an action would touch."""
        if self.everything:
            return self._count or Count(self.model.rowCount(), True)
        return Count(len(self.table.selectionModel().selectedRows()), False)

    def label_at(self, row: int) -> str:
        """What the record in a row is called, as far as its columns tell."""
        parts = (self.model.column_of(n) for n in self.type.label)
        return " ".join(self.model.cell(row, at).text for at in parts if at >= 0)

    def focus_list(self) -> None:
        """Put the cursor into the rows."""
        self.table.setFocus()
        if not self.table.currentIndex().isValid() and self.model.rowCount():
            self.table.selectRow(0)

    def add_menu_actions(self, actions: Iterable[QAction]) -> None:
        """Offer more in the menu of a row."""
        self._extra_menu += actions

    def name_of(self, type_key: str, id_: int) -> str:
        """What a record is called that a filter names; asked for when it is not known yet."""
        known = self._names.get((type_key, id_))
        if known is None and (type_key, id_) not in self._wanted_names:
            self._wanted_names.add((type_key, id_))
            self.tasks.run(partial(names_of, self.app, type_key, [id_]), partial(self._learn, type_key), owner=self)
        return known or f"#{id_}"

    def copy(self) -> str:
        """Copy the selected rows as Excel takes them; answers the text."""
        rows = sorted(i.row() for i in self.table.selectionModel().selectedRows())
        if self.everything:
            rows = list(range(self.model.rowCount()))
        head = [_(c.field.label) for c in self.model.columns] if len(rows) > 1 else None
        lines = [head] if head else []
        lines += [[self._plain(row, at) for at in range(len(self.model.columns))] for row in rows]
        text = "\n".join("\t".join(line) for line in lines)
        QGuiApplication.clipboard().setText(text)
        return text

    def _plain(self, row: int, column: int) -> str:
        value, about = self.model.value(row, column), self.model.columns[column].field
        text = str(value) if isinstance(value, Decimal) else show(value, about, self.app.options)
        return " ".join(text.split())

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
        self.table.viewport().installEventFilter(self)

    def _small_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, theme.size("gap"))
        row.setSpacing(theme.size("gap"))
        self.search.setMaximumWidth(16_777_215 if self.single else theme.current().px(280))
        row.addWidget(self.search, 1)
        row.addStretch(0 if self.single else 1)
        filters = IconButton(
            "filter", _("Filter line"), lambda: self.table.show_filters(filters.isChecked()), checkable=True
        )
        row.addWidget(filters)
        if not self.single:
            row.addWidget(Button(_("New"), "add", clicked=self._new))
        return row

    def _connect(self) -> None:
        table, model = self.table, self.model
        model.modelAboutToBeReset.connect(self._keep_place)
        model.modelReset.connect(self._after_reset)
        model.arrived.connect(self._arrived)
        model.counted.connect(self._take_count)
        model.summed.connect(self.foot.show_totals_of)
        model.failed.connect(self._failed)
        model.rowsRemoved.connect(self._show_emptiness)
        table.selectionModel().selectionChanged.connect(lambda *_args: self._selection_changed())
        table.selectionModel().currentRowChanged.connect(lambda *_args: self.current_changed.emit(self.current_id()))
        table.opened.connect(self._open)
        table.everything_wanted.connect(self.select_everything)
        table.everything_left.connect(self.leave_everything)
        table.copy_wanted.connect(self.copy)
        table.delete_wanted.connect(self.delete_wanted)
        table.edit_wanted.connect(self.edit_wanted)
        table.typed.connect(self._type_on)
        table.menu_wanted.connect(self._menu)
        for head in table.heads:
            head.filter_changed.connect(lambda name, part: self.apply(self.state.with_column(name, part)))
            head.order_changed.connect(lambda order: self.apply(replace(self.state, order=order)))
            head.left_down.connect(self.focus_list)
            head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            head.customContextMenuRequested.connect(partial(self._head_menu, head))
            head.sectionHandleDoubleClicked.connect(self.fit_column)
        table.head.sectionMoved.connect(self._moved)
        table.head.sectionResized.connect(self._resized)
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
        self.model.ask(self.state.query)

    def _show_state(self) -> None:
        parts = self.state.column_parts()
        for head in self.table.heads:
            head.show_state(parts, self.state.order or self.type.order)
        words = [
            describe(p, self.app.types, self.type, self.app.options, self.name_of) for p in self.state.chip_parts()
        ]
        self.chips.show_words(words)
        if self.table.frozen_count != self.state.frozen:
            self.table.freeze(self.state.frozen)

    def _learn(self, type_key: str, names: Mapping[int, str]) -> None:
        self._names |= {(type_key, id_): name for id_, name in names.items()}
        for head in self.table.heads:
            head.show_state({}, self.state.order or self.type.order)
        self._show_state()

    def _keep_place(self) -> None:
        self._kept = (set(self.selected_ids()), self.current_id(), self.table.verticalScrollBar().value())

    def _after_reset(self) -> None:
        self.table.freeze(self.state.frozen)
        self._size_columns()
        ids, current, at = self._kept
        if ids or current is not None:
            self.select_ids(ids, current)
            self.table.verticalScrollBar().setValue(at)

    def _arrived(self) -> None:
        if not self.table.currentIndex().isValid() and self.model.rowCount() and (self.single or not self.compact):
            self.table.selectRow(0)
            self.table.scrollToTop()
        self._show_emptiness()
        if not self.model.rowCount():
            self.current_changed.emit(None)

    def _take_count(self, number: Count | None) -> None:
        self._count = number
        self.foot.show_count(number, [self.model.columns[self.model.column_of(n)] for n in self.model.summable()])
        self.counted.emit(number)
        if self.everything:
            self._selection_changed()

    def _failed(self, error: BaseException) -> None:
        if not self.model.rowCount() and isinstance(error, Told):
            self._put_empty(
                EmptyState("error_circle", error.message, error.advice, Button(_("Try again"), clicked=self._ask))
            )
        self.failed.emit(error)

    def _selection_changed(self) -> None:
        selected = self.selected_count()
        sums: dict[str, Decimal] | None = None
        if not self.everything and selected.number > 1:
            rows = [i.row() for i in self.table.selectionModel().selectedRows()]
            sums = {
                n: sum((self.model.value(r, self.model.column_of(n)) or Decimal(0) for r in rows), Decimal(0))
                for n in self.model.summable()
            }
        self.foot.show_selection(selected, sums, everything=self.everything)
        self.selection_changed.emit()

    # Emptiness

    def _show_emptiness(self, *_ignored: object) -> None:
        if self.model.rowCount() or not self.model.asked:
            self._put_empty(None)
        elif self.state.filtered:
            clear = Button(_("Clear all filters"), "filter", clicked=lambda: self.apply(self.state.cleared()))
            self._put_empty(
                EmptyState("search", _("Nothing matches"), _("No entry fits the search and the filters."), clear)
            )
        else:
            self._put_empty(
                EmptyState(
                    self.type.icon,
                    self._empty_title(),
                    "" if self.compact else _(self.type.about),
                    *self._empty_buttons(),
                )
            )

    def _empty_title(self) -> str:
        return _("No {things} yet").format(things=_(self.type.plural))

    def _empty_buttons(self) -> list[Button]:
        if self.single:
            return []
        new = Button(
            _("New {thing}").format(thing=_(self.type.title)),
            "add",
            kind="" if self.compact else "primary",
            clicked=self._new,
        )
        if self.compact or self.type.area == "setup":
            return [new]
        return [
            new,
            Button(_("Import…"), "arrow_download", clicked=lambda: self.import_wanted.emit(self.type.key)),
            Button(_("Try the sample company"), "building", kind="flat", clicked=self.sample_wanted.emit),
        ]

    def _put_empty(self, state: EmptyState | None) -> None:
        if self._empty is not None:
            self._empty.hide()
            self._empty.deleteLater()
        self._empty = state
        if state is not None:
            state.setParent(self.table.viewport())
            state.setGeometry(self.table.viewport().rect())
            state.show()

    # What the person does

    def _open(self, row: int) -> None:
        if self.single:
            self.chosen.emit(Ref(self.model.id_at(row), self.label_at(row)))
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
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column, value = self.model.columns[index.column()], self.model.value(index.row(), index.column())
        text = self.model.cell(index.row(), index.column()).text or _("Empty")
        text = f"{text[:24]}…" if len(text) > 25 else text
        about, name = column.field, column.name
        old = self.state.column_parts().get(name)
        menu.addAction(icons.icon("open"), _("Open"), lambda: self._open(index.row()))
        if isinstance(value, Ref) and about.target in self.app.types:
            words = _("Open {thing} “{label}”").format(thing=_(self.app.types[about.target].title), label=text)
            menu.addAction(words, lambda: self.open_record.emit(about.target, value.id))
        menu.addSeparator()
        if isinstance(value, Ref):
            self._names[(about.target, value.id)] = value.label
        menu.addAction(
            icons.icon("filter"),
            _("Only “{value}”").format(value=text),
            lambda: self._filter(name, only_value(about, value)),
        )
        menu.addAction(
            _("Without “{value}”").format(value=text), lambda: self._filter(name, without_value(about, value, old))
        )
        menu.addSeparator()
        menu.addAction(
            icons.icon("copy"),
            _("Copy cell"),
            lambda: QGuiApplication.clipboard().setText(self._plain(index.row(), index.column())),
        )
        menu.addAction(_("Copy rows"), self.copy)
        if self._extra_menu:
            menu.addSeparator()
            menu.addActions(self._extra_menu)
        return menu

    def _filter(self, name: str, part: Filter) -> None:
        self.apply(self.state.with_column(name, part))

    # Columns

    def _head_menu(self, head: Any, at: QPoint) -> None:
        section = head.logicalIndexAt(at)
        if section >= 0:
            self.head_menu(section).popup(head.mapToGlobal(at))

    def head_menu(self, section: int) -> QMenu:
        """What can be done with a column."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column, state = self.model.columns[section], self.state
        if column.sortable:
            menu.addAction(
                icons.icon("arrow_up"), _("Sort ascending"), lambda: self.apply(replace(state, order=(column.name,)))
            )
            menu.addAction(
                icons.icon("arrow_down"),
                _("Sort descending"),
                lambda: self.apply(replace(state, order=(f"-{column.name}",))),
            )
            menu.addSeparator()
        frozen = section + 1 if state.frozen != section + 1 else 0
        words = _("Keep in sight up to here") if frozen else _("Let all columns scroll")
        menu.addAction(words, lambda: self.apply(replace(state, frozen=frozen)))
        menu.addAction(_("Fit the width"), lambda: self.fit_column(section))
        if len(state.columns) > 1:
            rest = tuple(n for n in state.columns if n != column.name)
            menu.addAction(_("Hide this column"), lambda: self.apply(replace(state, columns=rest)))
        menu.addSeparator()
        menu.addAction(icons.icon("column_triple"), _("Choose columns…"), self.columns_wanted.emit)
        menu.addAction(_("Reset the columns"), self.reset_columns)
        return menu

    def fit_column(self, section: int) -> None:
        """Make a column as wide as what is in it."""
        self.table.resizeColumnToContents(section)

    def _moved(self, _logical: int, old: int, new: int) -> None:
        QTimer.singleShot(0, self, lambda: self._take_move(old, new))

    def _take_move(self, old: int, new: int) -> None:
        head = self.table.head
        blocked = head.blockSignals(True)
        head.moveSection(new, old)
        head.blockSignals(blocked)
        names = list(self.state.columns)
        names.insert(new, names.pop(old))
        self.apply(replace(self.state, columns=tuple(names)))

    def _resized(self, section: int, _old: int, new: int) -> None:
        if self._sizing or section >= len(self.model.columns):
            return
        self._own_widths = True
        widths = dict(self.state.widths) | {
            c.name: self._unscaled(self.table.columnWidth(i)) for i, c in enumerate(self.model.columns)
        }
        self.state = replace(self.state, widths=widths | {self.model.columns[section].name: self._unscaled(new)})
        self.state_changed.emit()

    _sizing = False

    def _unscaled(self, pixels: int) -> int:
        return round(pixels * 100 / theme.current().percent)

    def natural_width(self, section: int) -> int:
        """How wide a column is that nobody has sized."""
        column, worn = self.model.columns[section], theme.current()
        title = self.table.fontMetrics().horizontalAdvance(_(column.field.label)) * 11 // 10 + worn.px(_AROUND + 16)
        wide = worn.px((column.field.width or 12) * _CHARACTER + _AROUND)
        if column.field.options:  # a choice is never cut off
            metrics, choices = self.table.fontMetrics(), self.app.options.choices(column.field.options)
            wide = max((metrics.horizontalAdvance(c.shown()) for c in choices), default=worn.px(60)) + worn.px(
                _AROUND + 14
            )
        return max(wide, title)

    def _size_columns(self, *, anew: bool = False) -> None:
        """Give each column its width; the widest one takes the room that is left."""
        model, worn = self.model, theme.current()
        if not model.columns:
            return
        self._sizing = True
        widths = [
            worn.px(self.state.widths[c.name]) if c.name in self.state.widths else self.natural_width(i)
            for i, c in enumerate(model.columns)
        ]
        if not self._own_widths or anew:
            spare = self.table.viewport().width() - sum(widths)
            at = max(range(len(model.columns)), key=lambda i: model.columns[i].field.width)
            widths[at] = max(widths[at] + spare, min(widths[at], worn.px(_NAME_LEAST)))
        for section, wide in enumerate(widths):
            self.table.setColumnWidth(section, wide)
        self._sizing = False

    # Qt

    def showEvent(self, event: QEvent) -> None:  # type: ignore[override]
        super().showEvent(event)  # type: ignore[arg-type]
        if not self._began:
            self.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.table.take_theme()

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.table.viewport():
            if self._empty is not None:
                self._empty.setGeometry(self.table.viewport().rect())
            if not self._own_widths and self.table.viewport().width() != self._sized_for:
                self._sized_for = self.table.viewport().width()
                self._size_columns()
        return False
