"""The screen of the encryption of the database file: how it stands, its recovery sheet, and turning it on and off."""

from __future__ import annotations

import datetime as dt
from functools import partial
from importlib import import_module
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.rules import recovery_keys
from crm_desktop.services import file_encryption, file_keys
from crm_desktop.services.file_encryption import State
from crm_desktop.words import _, ngettext
from ui import theme
from ui.secret_sheet import SecretSheet
from ui.shell import Shell
from ui.widgets.buttons import Button, flat, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner, Card

ENCRYPTION = "program.backup"
"""The right without which nobody sees the screen; more is needed to change anything, see services/file_encryption.py."""


class KeySheet(SecretSheet):
    """The recovery sheet of the database's key."""

    def __init__(self, shell: Shell, parent: QWidget, key: Any) -> None:
        words = _(
            "When this PC is lost, or its system is set up anew, this sheet is the only way to open the database. Put it away where "
            "the PC is not: in a safe, at home."
        )

        def made(company: str, day: dt.date, code: str) -> bytes:
            sheet = import_module("crm_desktop.printing.key_sheet").key_sheet
            return bytes(sheet(company, key.secret, key.number, day, code))

        shown = "\n".join(recovery_keys.lines_of(key.secret))
        name = _("Recovery key {number}").format(number=key.number)
        super().__init__(shell, parent, _("Put the recovery key on paper"), words, shown, name, made, name)


class EncryptDialog(KeySheet):
    """The sheet first; only who has it on paper or in a file goes on."""

    decided = Signal(object)
    """The key to encrypt with."""

    def __init__(self, shell: Shell, parent: QWidget, found: State) -> None:
        key = file_keys.new_key()
        super().__init__(shell, parent, key)
        self.setWindowTitle(_("Encrypt the database"))
        self.sure = QCheckBox(_("The sheet is printed or saved, and I put it where the PC is not"))
        self.sure.setEnabled(False)
        self.go = primary(_("Encrypt now"), "lock_closed", lambda: self._go(key))
        self.go.setEnabled(False)
        self.done_with.setText(_("Cancel"))
        for words in _beforehand(found):
            self.column.insertWidget(self.column.count() - 1, Label(words, "small", wrap=True))
        self.column.insertWidget(self.column.count() - 1, self.sure)
        self.row.addWidget(self.go)
        self.sure.toggled.connect(self.go.setEnabled)
        self.put_away.connect(partial(self.sure.setEnabled, True))

    def _go(self, key: Any) -> None:
        self.accept()
        self.decided.emit(key)


def _beforehand(found: State) -> list[str]:
    """What somebody should know before it is done."""
    words = []
    if not found.able:
        words.append(_("This PC keeps no keys for this folder, so the recovery key is asked for at each start, and planned backups wait."))
    if found.copies:
        one, many = (
            "{count} copy of the database beside it is in the clear and will be removed.",
            "{count} copies of the database beside it are in the clear and will be removed.",
        )
        words.append(ngettext(one, many, found.copies).format(count=found.copies))
    words.append(_("Backups made so far stay as they are: those without a passphrase can be read by whoever has them."))
    return words


class EncryptionScreen(QWidget):
    """One card: the state in words, and what can be done about it."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Encryption"), "hard_drive", "screen:encryption"
        self.found: State | None = None
        self.state = Banner("", "accent")
        self.on_button = primary(_("Encrypt the database…"), "lock_closed", self.turn_on)
        self.sheet_button = Button(_("Recovery sheet…"), "print", clicked=self.show_sheet)
        self.keep_button = Button(_("Keep the key on this PC"), "checkmark", clicked=self.keep)
        self.off_button = flat(_("Decrypt the database…"), "lock_open", self.turn_off)
        card = Card(margin=20)
        card.body.addWidget(Label(_("The database file of this PC"), "heading"))
        for words in (
            _("Encrypted, the file can be read with its key only: not by whoever takes the disk, the PC or a copy of the file."),
            _("The key lies in the credential store of this system account, so nothing has to be typed, and whoever works in this account "
              "opens the data as before. On another PC, on a stick, or after the system was set up anew, the recovery key is asked for."),
            _("If the key and its sheet are lost, nobody can open the file any more. Backups have a passphrase of their own."),
        ):  # fmt: skip
            card.body.addWidget(Label(words, "dim", wrap=True))
        card.body.addWidget(self.state)
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        for button in (self.on_button, self.sheet_button, self.keep_button, self.off_button):
            button.hide()
            row.addWidget(button)
        row.addStretch(1)
        card.body.addLayout(row)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.size("page"), theme.size("margin"), theme.size("page"), theme.size("margin"))
        outer.setSpacing(theme.size("margin"))
        outer.addWidget(Label(self.title, "title"))
        outer.addWidget(card)
        outer.addStretch(1)
        self.refresh()

    def close_request(self) -> bool:
        """Nothing is typed here."""
        return True

    def refresh(self) -> None:
        """Ask again; the credential store may take its time."""
        self._shell.tasks.run(partial(file_encryption.state, self._shell.app), self._show, owner=self)

    def _show(self, found: State) -> None:
        self.found = found
        may = file_encryption.allowed(self._shell.app.actor) and not found.on_server
        self.on_button.setVisible(may and not found.encrypted)
        for button in (self.sheet_button, self.off_button):
            button.setVisible(may and found.encrypted)
        self.keep_button.setVisible(may and found.encrypted and found.able and not found.kept)
        self.state.say(*_words(found))

    # What it does

    def turn_on(self) -> None:
        """Make a key, put it on paper, then encrypt."""
        if self.found is not None:
            dialog = EncryptDialog(self._shell, self, self.found)
            dialog.decided.connect(self._shell.change_encryption)
            dialog.open()

    def turn_off(self) -> None:
        """After asking."""
        details = _("From then on whoever gets the file can read it. A backup is made first.")
        if self._shell.notices.ask(_("Decrypt the database?"), details, yes=_("Decrypt"), danger=True):
            self._shell.change_encryption(None)

    def show_sheet(self) -> None:
        """Show the key and print its sheet again; the log tells of it."""
        work = partial(file_encryption.key_to_print, self._shell.app)
        self._shell.tasks.run(work, lambda key: KeySheet(self._shell, self, key).open(), owner=self)

    def keep(self) -> None:
        """Put the key into the credential store of this PC."""
        app = self._shell.app

        def work() -> None:
            file_keys.keep(app.data, file_encryption.key_to_print(app))

        self._shell.tasks.run(work, lambda _none: self.refresh(), owner=self)


def _words(found: State) -> tuple[str, str]:
    if found.on_server:
        return _("These data lie on a server, not in a file of this PC. Encrypt the disk of the server's PC (BitLocker, LUKS)."), "accent"
    if not found.encrypted:
        return _("The database is not encrypted."), "accent"
    words = _("The database is encrypted with the key number {number}.").format(number=found.number)
    kept = _("This PC keeps the key.") if found.kept else _("This PC does not keep the key; it is asked for.")
    return f"{words} {kept}", "green"
