"""A list as a file: for Excel as it is shown or with every field, or as a PDF to print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from crm_desktop.exchange.card_fields import CARDS
from crm_desktop.exchange.grouping import Grouping, groupable, summable
from crm_desktop.filters import ListQuery
from crm_desktop.progress import Progress
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _, ngettext
from ui import icons
from ui.grouping_dialog import GroupingDialog
from ui.shell import Shell

_EXCEL, _CSV = "Excel (*.xlsx)", "CSV (*.csv)"


def export_menu(shell: Shell, parent: QWidget, query: Callable[[], ListQuery]) -> QMenu:
    """What can be exported: the columns in sight, or everything there is to know."""
    menu = QMenu(parent)
    menu.addAction(icons.icon("table"), _("As shown…"), lambda: export(shell, parent, query()))
    menu.addAction(_("With all fields…"), lambda: export(shell, parent, replace(query(), columns=())))
    menu.addAction(_("With sums and a chart…"), lambda: export_sums(shell, parent, query()))
    if query().type in CARDS:
        menu.addAction(icons.icon("person_circle"), _("Address cards (vCard)…"), lambda: export_cards(shell, parent, query()))
    return menu


def export_sums(shell: Shell, parent: QWidget, query: ListQuery) -> None:
    """Ask by what the list is summed up and for a file, and write both there."""
    kind = shell.app.type(query.type)
    visible = tuple(n for n in kind.fields if n in kind.visible(shell.app.actor))
    names = query.columns or kind.columns
    groups = groupable(kind, tuple(dict.fromkeys((*names, *visible))))
    groups.sort(key=lambda name: name != query.group)  # what the list is grouped by comes first
    dialog = GroupingDialog(parent, kind, groups, summable(kind, [n for n in visible if kind.fields[n].section != "Record"]))
    if dialog.exec() and dialog.field:
        path = ask_path(parent, kind, _EXCEL, "xlsx")
        if path is not None:
            write(shell, query, path, Grouping(dialog.field, dialog.sums))


def export_cards(shell: Shell, parent: QWidget, query: ListQuery) -> None:
    """Ask for a file and write a card for each record there."""
    path = ask_path(parent, shell.app.type(query.type), "vCard (*.vcf)", "vcf")
    if path is not None:
        write(shell, query, path.with_suffix(".vcf"))


def export(shell: Shell, parent: QWidget, query: ListQuery) -> None:
    """Ask for a file and write the list there."""
    path = ask_path(parent, shell.app.type(query.type), f"{_EXCEL};;{_CSV}", "xlsx")
    if path is not None:
        write(shell, query, path)


def write(shell: Shell, query: ListQuery, path: Path, grouping: Grouping | None = None) -> None:
    """Write the list to a file in the background, with sums where they are wanted; the notice at the end opens it."""

    def work(progress: Progress) -> int:
        # The writers of workbooks take a third of a second to load, so they are loaded where nobody waits.
        if grouping is not None:
            grouped: Any = import_module("crm_desktop.exchange.grouped")
            return int(grouped.export_grouped(shell.app, query, path, grouping, progress))
        exporting: Any = import_module("crm_desktop.exchange.exporting")
        return int(exporting.export_list(shell.app, query, path, progress))

    def done(rows: int) -> None:
        words = ngettext("{count} row written to {name}", "{count} rows written to {name}", rows)
        shell.notices.say(words.format(count=f"{rows:,}", name=path.name), _("Open"), partial(open_file, path))

    title = _("Exporting {things}").format(things=_(shell.app.type(query.type).plural))
    shell.tasks.run(work, done, title=title, slow=True)


def print_list(shell: Shell, parent: QWidget, query: ListQuery) -> None:
    """Ask for a file and put the list there as pages to print."""
    path = ask_path(parent, shell.app.type(query.type), "PDF (*.pdf)", "pdf")
    if path is not None:
        write_pdf(shell, query, path)


def write_pdf(shell: Shell, query: ListQuery, path: Path) -> None:
    """Write the list as PDF in the background and show it."""

    def work(progress: Progress) -> int:
        sheets: Any = import_module("crm_desktop.printing.list_sheet")  # draws with reportlab, which is slow to load
        return int(sheets.write_list(shell.app, query, path, progress))

    def done(pages: int) -> None:
        words = ngettext("{count} page: {name}", "{count} pages: {name}", pages)
        shell.notices.say(words.format(count=f"{pages:,}", name=path.name), _("Open"), partial(open_file, path))

    title = _("Printing {things}").format(things=_(shell.app.type(query.type).plural))
    shell.tasks.run(work, done, title=title, slow=True)


def open_file(path: Path) -> None:
    """Show a file in the program the system has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def ask_path(parent: QWidget, kind: RecordType, filters: str, suffix: str) -> Path | None:
    """Where to: a name with type and day is proposed."""
    return ask_named_path(parent, _(kind.plural), filters, suffix)


def ask_named_path(parent: QWidget, name: str, filters: str, suffix: str) -> Path | None:
    """Where to: this name with the day is proposed."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    proposed = Path(folder) / f"{name} {dt.date.today().isoformat()}.{suffix}"
    chosen, chosen_filter = QFileDialog.getSaveFileName(parent, _("Save as"), str(proposed), filters)
    if not chosen:
        return None
    path = Path(chosen)
    if path.suffix:
        return path
    return path.with_suffix(".csv" if chosen_filter == _CSV else f".{suffix}")
