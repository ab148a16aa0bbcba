"""A record into a workbook of the office: choose the form, choose where the filled one goes, read what it could not take."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from crm_desktop.file_names import file_name
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from ui.list_output import open_file
from ui.shell import Shell

_EXCEL = "Excel (*.xlsx *.xlsm)"


def ask_and_fill(shell: Shell, parent: QWidget, kind: RecordType, record_id: int, title: str, language: str) -> None:
    """Ask for a form and a place, and fill it."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    form, _kind = QFileDialog.getOpenFileName(parent, _("Choose the Excel form"), folder, _EXCEL)
    if not form:
        return
    proposed = str(Path(form).with_name(f"{file_name(title, instead='document')}.xlsx"))
    path, _kind = QFileDialog.getSaveFileName(parent, _("Save as"), proposed, "Excel (*.xlsx)")
    if path:
        fill(shell, kind, record_id, Path(form), Path(path).with_suffix(".xlsx"), language)


def fill(shell: Shell, kind: RecordType, record_id: int, form: Path, path: Path, language: str) -> None:
    """Fill a form in the background; the notice at the end opens what was written."""

    def work() -> Any:
        forms: Any = import_module("crm_desktop.printing.excel_forms")  # it loads openpyxl, which is slow
        return forms.fill_form(shell.app, kind.key, record_id, form, path, language)

    def done(filled: Any) -> None:
        if filled.warnings:
            shell.notices.inform(_("Written: {name}").format(name=path.name), "\n".join(filled.warnings))
        shell.notices.say(_("Written: {name}").format(name=path.name), _("Open"), partial(open_file, path))

    shell.tasks.run(work, done, shell.notices.error)
