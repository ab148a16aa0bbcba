"""The columns of a list under the person's hands: moved, made wider, hidden, frozen, and put back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from crm_desktop.options import Options
from crm_desktop.services.list_groups import groupable
from crm_desktop.words import _
from ui import icons
from ui.filter_header import FilterHeader
from ui.list_menus import column_menu
from ui.list_model import RecordListModel
from ui.list_state import Apply, ListState
from ui.list_widths import unscaled, widths_for
from ui.record_table import RecordTable


class ListColumns(QObject):
    """Widths and order of the columns of one table; `sized` tells that the person made one wider or narrower."""

    sized = Signal(object)  # widths by name
    choose_wanted = Signal()
    reset_wanted = Signal()

    def __init__(
        self,
        table: RecordTable,
        model: RecordListModel,
        options: Options,
        state: Callable[[], ListState],
        apply: Apply,
        *,
        groups: bool = True,
    ) -> None:
        super().__init__(table)
        self._table, self._model, self._options, self._state, self._apply = table, model, options, state, apply
        self._groups = groups  # whether the list can be grouped
        self._sizing, self._sized_for = False, -1
        self.own_widths = False  # the person has sized them: nothing moves by itself any more
        for head in table.heads:
            head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            head.customContextMenuRequested.connect(partial(self._menu_wanted, head))
            head.sectionHandleDoubleClicked.connect(table.resizeColumnToContents)
        table.head.sectionMoved.connect(self._moved)
        table.head.sectionResized.connect(self._resized)
        table.viewport().installEventFilter(self)

    def menu(self, section: int) -> QMenu:
        """What can be done with a column."""
        column, fit = self._model.columns[section], partial(self._table.resizeColumnToContents, section)
        choose, reset = self.choose_wanted.emit, self.reset_wanted.emit
        menu = column_menu(self._table, column, section, self._state(), self._apply, fit, choose, reset)
        if self._groups and groupable(self._state().type, column.name):
            grouped = self._state().group == column.name
            words = _("No groups") if grouped else _("Group by this column")
            name = "" if grouped else column.name
            action = QAction(icons.icon("layout_row_three"), words, menu)
            action.triggered.connect(lambda: self._apply(self._state().grouped(name)))
            menu.insertAction(menu.actions()[0], action)
            menu.insertSeparator(menu.actions()[1])
        return menu

    def size(self) -> None:
        """Give each column its width."""
        if not self._model.columns:
            return
        self._sizing = True
        kept = self._state().widths
        widths = widths_for(self._table, self._model.columns, self._options, kept, fill=not self.own_widths)
        for section, wide in enumerate(widths):
            self._table.setColumnWidth(section, wide)
        self._sizing = False

    def _menu_wanted(self, head: FilterHeader, at: QPoint) -> None:
        section = head.logicalIndexAt(at)
        if section >= 0:
            self.menu(section).popup(head.mapToGlobal(at))

    def _moved(self, _logical: int, old: int, new: int) -> None:
        QTimer.singleShot(0, self, lambda: self._take_move(old, new))

    def _take_move(self, old: int, new: int) -> None:
        """The header goes back to the order of the model, and the model takes the new one."""
        head = self._table.head
        blocked = head.blockSignals(True)
        head.moveSection(new, old)
        head.blockSignals(blocked)
        names = list(self._state().columns)
        names.insert(new, names.pop(old))
        self._apply(replace(self._state(), columns=tuple(names)))

    def _resized(self, section: int, _old: int, new: int) -> None:
        if self._sizing or section >= len(self._model.columns):
            return
        self.own_widths = True
        widths = {c.name: unscaled(self._table.columnWidth(at)) for at, c in enumerate(self._model.columns)}
        self.sized.emit(dict(self._state().widths) | widths | {self._model.columns[section].name: unscaled(new)})

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.own_widths:
            room = self._table.viewport().width()
            if room != self._sized_for:
                self._sized_for = room
                self.size()
        return False
