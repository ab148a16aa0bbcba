"""The menus of a list: what can be done with a cell and its row, and with a column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import Filter
from crm_desktop.words import _
from ui import icons
from ui.list_cells import Column
from ui.list_state import Apply, ListState, only_value, without_value


@dataclass(frozen=True)
class CellDeeds:
    """What the entries of a cell's menu do."""

    open_row: Callable[[], object]
    open_record: Callable[[str, int], object]
    filter: Callable[[str, Filter], object]
    copy_cell: Callable[[], object]
    copy_rows: Callable[[], object]


def cell_menu(
    parent: QWidget, app: Application, column: Column, value: Any, text: str, old: Filter | None, do: CellDeeds
) -> QMenu:
    """The menu of a cell. `text` is how it reads, `old` the filter its column has now."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    text = text or _("Empty")
    text = f"{text[:24]}…" if len(text) > 25 else text
    about, name = column.field, column.name
    menu.addAction(icons.icon("open"), _("Open"), do.open_row)
    if isinstance(value, Ref) and about.target in app.types:
        words = _("Open {thing} “{label}”").format(thing=_(app.types[about.target].title), label=text)
        menu.addAction(words, lambda: do.open_record(about.target, value.id))
    menu.addSeparator()
    only = _("Only “{value}”").format(value=text)
    menu.addAction(icons.icon("filter"), only, lambda: do.filter(name, only_value(about, value)))
    without = _("Without “{value}”").format(value=text)
    menu.addAction(without, lambda: do.filter(name, without_value(about, value, old)))
    menu.addSeparator()
    menu.addAction(icons.icon("copy"), _("Copy cell"), do.copy_cell)
    menu.addAction(_("Copy rows"), do.copy_rows)
    return menu


def column_menu(
    parent: QWidget,
    column: Column,
    section: int,
    state: ListState,
    apply: Apply,
    fit: Callable[[], object],
    choose: Callable[[], object],
    reset: Callable[[], object],
) -> QMenu:
    """The menu of a heading."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    name = column.name
    if column.sortable:
        menu.addAction(icons.icon("arrow_up"), _("Sort ascending"), lambda: apply(replace(state, order=(name,))))
        down = replace(state, order=(f"-{name}",))
        menu.addAction(icons.icon("arrow_down"), _("Sort descending"), lambda: apply(down))
        menu.addSeparator()
    frozen = section + 1 if state.frozen != section + 1 else 0
    words = _("Keep in sight up to here") if frozen else _("Let all columns scroll")
    menu.addAction(words, lambda: apply(replace(state, frozen=frozen)))
    menu.addAction(_("Fit the width"), fit)
    if len(state.columns) > 1:
        rest = tuple(n for n in state.columns if n != name)
        menu.addAction(_("Hide this column"), lambda: apply(replace(state, columns=rest)))
    menu.addSeparator()
    menu.addAction(icons.icon("column_triple"), _("Choose columns…"), choose)
    menu.addAction(_("Reset the columns"), reset)
    return menu
