"""The passphrase of encrypted backups: chosen, kept where the system keeps passwords, and printed on a sheet to be put away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from importlib import import_module

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from backups import passphrase
from crm_desktop.words import _
from ui import theme
from ui.backup_passphrase import PassphraseEdit
from ui.secret_sheet import SecretSheet
from ui.shell import Shell
from ui.widgets.buttons import Button, flat, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner, Card


class NewPassphrase(QDialog):
    """Twice the same, long enough; one nobody guesses can be suggested."""

    def __init__(self, parent: QWidget, *, again: bool) -> None:
        """again: there is one already, which older backups keep."""
        super().__init__(parent.window())
        self.setWindowTitle(_("Passphrase of the backups"))
        self.first, self.second = PassphraseEdit(_("Passphrase")), PassphraseEdit(_("The same again"))
        self.problem = Label("", "error", wrap=True)
        self.take = primary(_("Use it"), "lock_closed", self.accept)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(self.windowTitle(), "heading"))
        words = _("Whoever has it can read the backups; without it nobody can, we neither. It is asked for when one is restored.")
        column.addWidget(Label(words, "dim", wrap=True))
        if again:
            column.addWidget(Banner(_("Backups made so far keep the passphrase they have. Keep its recovery sheet, too."), "amber"))
        column.addSpacing(4)
        for text, edit in ((_("Passphrase"), self.first), (_("The same again"), self.second)):
            column.addWidget(Label(text))
            column.addWidget(edit)
            edit.line.textChanged.connect(lambda _text: self._check())
        column.addWidget(flat(_("Suggest one"), "sparkle", self.suggest), 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(self.take)
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(460))
        self._check()
        self.first.setFocus()

    def suggest(self) -> None:
        """Fill in one that is strong and can still be typed."""
        word = passphrase.suggest()
        for edit in (self.first, self.second):
            edit.line.setText(word)
            if not edit.eye.isChecked():
                edit.eye.click()

    def _check(self) -> None:
        one, two = self.first.text, self.second.text
        wrong = ""
        if one and len(one) < passphrase.LEAST:
            wrong = _("At least {count} characters, please.").format(count=passphrase.LEAST)
        elif two and one != two:
            wrong = _("The two are not the same.")
        self.problem.setText(wrong)
        self.take.setEnabled(bool(one) and one == two and not wrong)


class SheetDialog(SecretSheet):
    """The recovery sheet of the backups' passphrase."""

    def __init__(self, shell: Shell, parent: QWidget, word: str) -> None:
        words = _(
            "When this PC is lost, this sheet is the only way to read the backups. Put it away where the PC is not: in a safe, at home."
        )

        def made(company: str, day: dt.date, code: str) -> bytes:
            return bytes(import_module("backups.recovery_sheet").recovery_sheet(company, word, day, code))

        super().__init__(shell, parent, _("Put the passphrase on paper"), words, word, _("Passphrase"), made)


class SecretCard(Card):
    """Whether this PC knows the passphrase, and what can be done about it."""

    def __init__(self, shell: Shell, changed: Callable[[], object]) -> None:
        super().__init__(margin=20)
        self._shell, self._changed = shell, changed
        self.word: str | None = None
        self.trouble = ""
        self.state = Label("", "dim", wrap=True)
        self.set_button = Button(_("Set a passphrase…"), "lock_closed", clicked=self.ask)
        self.sheet_button = Button(_("Recovery sheet…"), "print", clicked=self.show_sheet)
        self.forget_button = flat(_("Forget it on this PC"), "dismiss", self.forget)
        self.body.addWidget(Label(_("Encryption"), "heading"))
        words = _("Encrypted backups can be put on a stick or another PC without fear: without the passphrase they are noise.")
        self.body.addWidget(Label(words, "small", wrap=True))
        self.body.addWidget(self.state)
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        for button in (self.set_button, self.sheet_button, self.forget_button):
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        self._show()

    def refresh(self) -> None:
        """Ask the credential store; it may take its time."""
        data = self._shell.app.data
        self._shell.tasks.run(lambda: (passphrase.problem(), passphrase.stored(data)), self._found, owner=self)

    def _found(self, found: tuple[str, str | None]) -> None:
        self.trouble, self.word = found
        self._show()
        self._changed()

    def _show(self) -> None:
        if self.trouble:
            text = self.trouble
        elif self.word:
            text = _("This PC keeps the passphrase in its credential store and uses it for backups by the clock.")
        else:
            text = _("No passphrase is set, so backups are not encrypted.")
        self.state.setText(text)
        self.set_button.setEnabled(not self.trouble)
        self.set_button.setText(_("Change the passphrase…") if self.word else _("Set a passphrase…"))
        self.sheet_button.setVisible(bool(self.word))
        self.forget_button.setVisible(bool(self.word))

    def ask(self) -> None:
        """Let the person choose one; it is kept, and the sheet offered at once."""
        dialog = NewPassphrase(self, again=bool(self.word))
        word = dialog.first.text if dialog.exec() else ""
        dialog.deleteLater()
        if word:
            self._shell.tasks.run(partial(passphrase.store, self._shell.app.data, word), lambda _none: self._stored(word), owner=self)

    def _stored(self, word: str) -> None:
        self.word = word
        self._show()
        self._changed()
        self.show_sheet()

    def show_sheet(self) -> None:
        """Print or save the recovery sheet."""
        if self.word:
            dialog = SheetDialog(self._shell, self, self.word)
            dialog.exec()
            dialog.deleteLater()

    def forget(self) -> None:
        """Take it out of the credential store, after asking."""
        details = _(
            "Encrypted backups can then no longer be made by the clock. Those there are open with the passphrase on the recovery sheet."
        )
        if self._shell.notices.ask(_("Forget the passphrase on this PC?"), details, yes=_("Forget it"), danger=True):
            self._shell.tasks.run(partial(passphrase.forget, self._shell.app.data), lambda _none: self.refresh(), owner=self)
