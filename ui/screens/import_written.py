"""The files an import writes for people: the rows it left out, and an empty table to fill in."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from crm_desktop.exchange.plan import Plan
from crm_desktop.words import _, ngettext
from ui.list_output import open_file
from ui.shell import Shell


def ask_workbook(parent: QWidget, proposed: str) -> Path | None:
    """Where to write a workbook; None when the person thinks better of it."""
    path, _kind = QFileDialog.getSaveFileName(parent, _("Save as"), proposed, "Excel (*.xlsx)")
    return Path(path).with_suffix(".xlsx") if path else None


def write_wrong_rows(shell: Shell, plan: Plan, path: Path) -> None:
    """Write the wrong rows with their reasons, and offer to open them."""

    def work() -> int:
        return int(_writers().write_wrong_rows(shell.app, plan, path))

    def done(count: int) -> None:
        words = ngettext("{count} row written to {name}", "{count} rows written to {name}", count)
        shell.notices.say(words.format(count=f"{count:,}", name=path.name), _("Open"), partial(open_file, path))

    shell.tasks.run(work, done)


def write_template(shell: Shell, type_key: str, path: Path) -> None:
    """Write an empty table with the headings an import knows, and offer to open it."""

    def work() -> None:
        _writers().write_template(shell.app, type_key, path)

    def done(_nothing: None) -> None:
        shell.notices.say(_("Written: {name}").format(name=path.name), _("Open"), partial(open_file, path))

    shell.tasks.run(work, done)


def _writers() -> Any:
    """They load openpyxl, which is slow, so they are loaded where nobody waits."""
    return import_module("crm_desktop.exchange.wrong_rows")
