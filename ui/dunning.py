"""Reminders to customers from the window: what will be written is shown first, then the letters are made and noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.progress import Progress
from crm_desktop.services.dunning import Letter, Noted, Pair, letters, note_letters
from crm_desktop.words import _, language, ngettext
from ui import list_output, theme
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.plain_table import PlainColumn, PlainTable

TONES = ("grey", "amber", "red", "red")
"""Of the levels."""


def level_tone(level: int) -> str:
    """The tone of a dunning level; "" where there is none."""
    return TONES[min(level, len(TONES) - 1)] if level else ""


class LettersDialog(QDialog):
    """Which letters will be written, and whether they are noted."""

    def __init__(self, parent: QWidget, found: Sequence[Letter]) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(_("Reminders"))
        self.table = PlainTable(
            [
                PlainColumn(_("Customer"), lambda letter: letter.customer.label),
                PlainColumn(_("Overdue"), lambda letter: f"{letter.overdue:,.2f} {letter.currency}", 16, right=True),
                PlainColumn(_("Days late"), lambda letter: str(max(item.days for item in letter.items)), 8, right=True),
                PlainColumn(_("Last reminder"), lambda letter: letter.reminded.isoformat() if letter.reminded else "", 12),
                PlainColumn(_("Letter"), _words_of, 18, tone=lambda letter: level_tone(letter.level)),
            ],
            name=_("Letters"),
        )
        self.table.show_rows(list(found))
        self.note = QCheckBox(_("Note the reminders in the receivables and raise their level"))
        self.note.setChecked(any(letter.due for letter in found))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(ngettext("{count} letter", "{count} letters", len(found)).format(count=f"{len(found):,}"), "heading"))
        words = _("Each customer gets the letter of the next level; where none is due yet, that of the level it has, once more.")
        column.addWidget(Label(words, "dim", wrap=True))
        column.addWidget(self.table, 1)
        column.addWidget(self.note)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.accept_button = primary(_("Write letters…"), "mail", self.accept)
        row.addWidget(self.accept_button)
        column.addLayout(row)
        worn, window = theme.current(), parent.window()
        self.resize(min(worn.px(820), window.width() - 40), min(worn.px(480), window.height() - 40))
        self.accept_button.setFocus()


def _words_of(letter: Letter) -> str:
    words = _("Reminder {level}").format(level=letter.level)
    return words if letter.due else _("{letter}, once more").format(letter=words)


def write_letters(shell: Shell, parent: QWidget, whom: Iterable[Pair] | None, then: Callable[[], None]) -> None:
    """Look who gets a letter (without `whom`: everybody who is due), show it, and write what is wanted. then: called when it was noted."""
    pairs = None if whom is None else list(whom)

    def show(found: list[Letter]) -> None:
        if not found:
            shell.notices.say(_("Nobody is due for a reminder."))
            return
        dialog = LettersDialog(parent, found)
        wanted, note = bool(dialog.exec()), dialog.note.isChecked()
        dialog.deleteLater()
        path = list_output.ask_named_path(parent, _("Reminders"), "PDF (*.pdf)", "pdf") if wanted else None
        if path is not None:
            _write(shell, found, path, note=note, then=then)

    shell.tasks.run(partial(letters, shell.app, pairs), show, shell.notices.error)


def _write(shell: Shell, found: Sequence[Letter], path: Path, *, note: bool, then: Callable[[], None]) -> None:
    def work(progress: Progress) -> Noted:
        printing: Any = import_module("crm_desktop.printing.letters")  # draws with reportlab, which is slow to load
        files: Any = import_module("crm_desktop.exchange.whole_files")
        made = printing.reminder_letters(
            shell.app, found, language(), lambda done: progress.report(done, len(found)), lambda: progress.cancel
        )
        with files.whole_file(path) as part:
            part.write_bytes(made.pdf)
        return note_letters(shell.app, found, "dunning") if note else Noted(0, ())

    def done(noted: Noted) -> None:
        words = ngettext("{count} letter: {name}", "{count} letters: {name}", len(found))
        parts = [words.format(count=f"{len(found):,}", name=path.name)]
        if noted.refused:
            not_noted = ngettext("{count} could not be noted: {reasons}", "{count} could not be noted: {reasons}", len(noted.refused))
            parts.append(not_noted.format(count=len(noted.refused), reasons="; ".join(noted.refused[:3])))
        shell.notices.say(" · ".join(parts), _("Open"), partial(list_output.open_file, path))
        then()

    shell.tasks.run(work, done, title=_("Writing reminders"), slow=True)
