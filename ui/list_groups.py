"""The groups of a list under the person's hands: by what it is grouped, and which groups are folded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QItemSelectionModel, QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from crm_desktop.application import Application
from crm_desktop.filters import Filter
from crm_desktop.kinds import KINDS
from crm_desktop.services.list_groups import Group, group_condition, groupable
from crm_desktop.services.views import Folds
from crm_desktop.words import _
from ui import icons
from ui.list_heads import group_words
from ui.list_model import RecordListModel
from ui.list_state import Apply, ListState
from ui.record_table import RecordTable


class ListGroups(QObject):
    """Grouping and folding of one list; what the person chooses becomes part of its state."""

    def __init__(
        self, app: Application, table: RecordTable, model: RecordListModel, state: Callable[[], ListState], apply: Apply
    ) -> None:
        super().__init__(table)
        self._app, self._table, self._model, self._state, self._apply = app, table, model, state, apply
        table.fold_wanted.connect(self.fold)
        table.folds_wanted.connect(self.fold_all)

    def fold(self, row: int) -> None:
        """Fold the group of this head, or unfold it. The cursor does not fall into another group."""
        current = self._table.currentIndex()
        if current.isValid() and current.row() != row and self._model.head_of(current.row()) == row:
            index = self._model.index(row, current.column())
            self._table.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._model.fold(row)
        self._apply(replace(self._state(), folds=self._model.folds))

    def fold_all(self, closed: bool) -> None:
        """Fold all groups, or unfold them; the cursor stays with its record, or goes to the head it was under."""
        model = self._model
        head = model.head_of(self._table.currentIndex().row())
        group = model.group_at(head)
        self._apply(replace(self._state(), folds=Folds(closed)))
        if group is not None and not self._table.currentIndex().isValid():
            self._table.setCurrentIndex(model.index(model.head_of_group(group.key), 0))

    def choices(self) -> list[str]:
        """The fields by which this list can be grouped: columns in sight first, then others that make few groups."""
        state, visible = self._state(), self._state().type.listed(self._app.actor)
        shown = [n for n in state.columns if n in visible and groupable(state.type, n)]
        others = (n for n, f in visible.items() if n not in shown and groupable(state.type, n) and f.kind != "text")
        return [*shown, *others]

    def fill(self, menu: QMenu) -> None:
        """What can be done with the groups of this list."""
        state = self._state()
        menu.clear()
        self._entry(menu, "", _("No groups"))
        menu.addSeparator()
        for name in self.choices():
            about = state.type.fields[name]
            words = _("{field}, by month") if "period" in KINDS[about.kind].filters else "{field}"
            self._entry(menu, name, words.format(field=_(about.label)))
        if state.group:
            menu.addSeparator()
            self._folding(menu)

    def _entry(self, menu: QMenu, name: str, words: str) -> None:
        action = menu.addAction(words.replace("&", "&&"), lambda: self._apply(self._state().grouped(name)))
        action.setCheckable(True)
        action.setChecked(self._state().group == name)

    def _folding(self, menu: QMenu) -> None:
        for closed, words, keys in ((True, _("Fold all groups"), "Ctrl+Left"), (False, _("Unfold all groups"), "Ctrl+Right")):
            action = menu.addAction(words, partial(self.fold_all, closed))
            action.setShortcut(QKeySequence(keys))  # shown here; the table hears it itself
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

    def head_menu(self, row: int, group: Group) -> QMenu:
        """What can be done with a group."""
        menu = QMenu(self._table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        by = self._model.group_field()
        words = _("Fold this group") if self._model.is_open(row) else _("Unfold this group")
        menu.addAction(words, lambda: self.fold(row))
        self._folding(menu)
        menu.addSeparator()
        if by is not None:
            text = group_words(self._app, by, group)
            only = _("Only “{value}”").format(value=f"{text[:24]}…" if len(text) > 25 else text)
            part = group_condition(by.field, group.key)
            menu.addAction(icons.icon("filter"), only.replace("&", "&&"), lambda: self._narrow(by.name, part))
        menu.addAction(_("No groups"), lambda: self._apply(self._state().grouped("")))
        return menu

    def _narrow(self, name: str, part: Filter) -> None:
        self._apply(self._state().with_column(name, part))
