"""What an import writes for people: the rows it left out, an empty table to fill in, and a mapping to use again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from crm_desktop.exchange.plan import Plan
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.services.import_mappings import Kept, keep_mapping
from crm_desktop.services.views import SHARE
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
        import_module("crm_desktop.exchange.template_workbooks").write_template(shell.app, type_key, path)

    def done(_nothing: None) -> None:
        shell.notices.say(_("Written: {name}").format(name=path.name), _("Open"), partial(open_file, path))

    shell.tasks.run(work, done)


def ask_and_keep(shell: Shell, parent: QWidget, recipe: Recipe, then: Callable[[], object]) -> None:
    """Ask for a name, and keep under it how the columns were matched; for everybody, where the person may do that."""
    name, said = QInputDialog.getText(parent, _("Keep this mapping"), _("Name of the mapping"))
    if not said:
        return
    shared = shell.app.actor.may(SHARE)
    work = partial(keep_mapping, shell.app, recipe.type, name, recipe.to_facts(), shared=shared)

    def done(kept: Kept) -> None:
        shell.notices.say(_("The mapping “{name}” is kept").format(name=kept.name), icon="save")
        then()

    shell.tasks.run(lambda: work(), done, shell.notices.error)


def _writers() -> Any:
    """They load openpyxl, which is slow, so they are loaded where nobody waits."""
    return import_module("crm_desktop.exchange.wrong_rows")
