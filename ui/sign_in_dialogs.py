"""Small windows around passwords: changing one's own, turning sign-in on, and the codes and one-time passwords that are shown once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Invalid, NotSignedIn
from crm_desktop.services import credentials, signing_in
from crm_desktop.services.system_account import Account
from crm_desktop.words import _, language
from ui import theme
from ui.notices import Notices
from ui.shell import Shell
from ui.sign_in_fields import NewPasswordEdit, PasswordEdit
from ui.tasks import Tasks
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner, Card


class _Asking(QDialog):
    """A heading, some words, lines, and two buttons."""

    def __init__(self, parent: QWidget, title: str, words: str, take: str) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(title)
        self.column = QVBoxLayout(self)
        edge = theme.size("page")
        self.column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        self.column.setSpacing(theme.size("gap"))
        self.column.addWidget(Label(title, "heading"))
        if words:
            self.column.addWidget(Label(words, "dim", wrap=True))
        self.new = NewPasswordEdit()
        self.take = primary(take, "", self.try_it)
        self.setMinimumWidth(theme.current().px(440))

    def finish(self) -> None:
        """Put the new password and the buttons below what is there."""
        self.column.addWidget(self.new)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(self.take)
        self.column.addSpacing(4)
        self.column.addLayout(row)
        self.new.changed.connect(self.look)
        self.new.second.line.returnPressed.connect(self.take.click)
        self.look()

    def look(self) -> None:
        """Whether it can be tried."""
        self.take.setEnabled(self.new.ready)

    def try_it(self) -> None:
        """Do it; declared by those below."""
        raise NotImplementedError


class ChangePassword(_Asking):
    """One's own password, for another one."""

    def __init__(self, parent: QWidget, app: Application, tasks: Tasks, notices: Notices) -> None:
        super().__init__(parent, _("Change my password"), "", _("Change it"))
        self._app, self._tasks, self._notices = app, tasks, notices
        self.old, self.wrong = PasswordEdit(_("Present password")), Label("", "error", wrap=True)
        self.wrong.hide()
        self.column.addWidget(Label(_("Present password")))
        self.column.addWidget(self.old)
        self.column.addWidget(self.wrong)
        self.old.line.textChanged.connect(lambda _text: self.look())
        self.finish()
        self.old.line.setFocus()

    def look(self) -> None:
        self.take.setEnabled(self.new.ready and bool(self.old.text))

    def try_it(self) -> None:
        self.take.setEnabled(False)
        self.wrong.hide()
        work = partial(credentials.change_own, self._app, self.old.text, self.new.text)
        self._tasks.run(work, self._changed, self._failed, owner=self)

    def _changed(self, _nothing: object) -> None:
        self.accept()
        self._notices.say(_("Your password was changed."), icon="checkmark_circle")

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Invalid):
            self.wrong.setText(error.problems.get("old", ""))
            self.wrong.setVisible("old" in error.problems)
            self.new.say(error.problems.get("password", ""))
            if "old" in error.problems:
                self.old.line.setFocus()
                self.old.line.selectAll()
        else:
            self._notices.error(error)
        QTimer.singleShot(0, self, self.look)


class BindAccount(QDialog):
    """One's own password, so that the account of the system in use stands in for it from now on."""

    def __init__(self, parent: QWidget, app: Application, tasks: Tasks, notices: Notices, account: Account) -> None:
        super().__init__(parent.window())
        self._app, self._tasks, self._notices, self._account = app, tasks, notices, account
        self.setWindowTitle(_("Sign in with this Windows account"))
        self.password, self.problem = PasswordEdit(_("Password")), Label("", "error", wrap=True)
        self.problem.hide()
        self.take = primary(_("Use the account"), "", self.try_it)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(self.windowTitle(), "heading"))
        words = _("Whoever uses the account “{account}” on this PC is then signed in as you, without a password.")
        column.addWidget(Label(words.format(account=account.label), "dim", wrap=True))
        column.addWidget(Label(_("The password of {name}").format(name=app.actor.name)))
        column.addWidget(self.password)
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(self.take)
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(440))
        self.password.line.textChanged.connect(lambda text: self.take.setEnabled(bool(text)))
        self.password.line.returnPressed.connect(self.take.click)
        self.take.setEnabled(False)
        self.password.line.setFocus()

    def try_it(self) -> None:
        """Compare the password, and bind."""
        self.take.setEnabled(False)
        self.problem.hide()
        work = partial(signing_in.bind_account, self._app, self._account, self.password.text)
        self._tasks.run(work, self._bound, self._failed, owner=self)

    def _bound(self, _nothing: object) -> None:
        self.accept()
        self._notices.say(_("From now on this Windows account signs you in."), icon="checkmark_circle")

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, NotSignedIn):
            self.problem.setText(error.message)
            self.problem.show()
            self.password.line.selectAll()
        else:
            self._notices.error(error)
        QTimer.singleShot(0, self, partial(self.take.setEnabled, True))


class TurnOn(_Asking):
    """The owner's password, with which sign-in begins; then the codes, shown once."""

    def __init__(self, shell: Shell, parent: QWidget, done: Callable[[], None]) -> None:
        words = _(
            "From then on nobody opens the data without a password. Give the others theirs in this list; each chooses an own one at the"
            " first sign-in."
        )
        super().__init__(parent, _("Turn sign-in on"), words, _("Turn it on"))
        self._shell, self._parent, self._done = shell, parent, done
        self.column.addWidget(Label(_("Your password, {name}").format(name=shell.app.actor.name), "section"))
        self.finish()
        self.new.first.line.setFocus()

    def try_it(self) -> None:
        self.take.setEnabled(False)
        work = partial(credentials.turn_on, self._shell.app, self.new.text)
        self._shell.tasks.run(work, self._turned_on, self._failed, owner=self)

    def _turned_on(self, codes: list[str]) -> None:
        self.accept()
        self._done()
        CodesDialog(self._shell, self._parent, codes).open()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Invalid):
            self.new.say(error.problems.get("password", error.message))
        else:
            self._shell.notices.error(error)
        QTimer.singleShot(0, self, self.look)


class CodesDialog(QDialog):
    """The recovery codes of an owner: shown once, to be saved as a sheet and printed."""

    def __init__(self, shell: Shell, parent: QWidget, codes: Sequence[str]) -> None:
        super().__init__(parent.window())
        self._shell, self._codes = shell, tuple(codes)
        self.setWindowTitle(_("Recovery codes"))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(_("Put these codes on paper"), "heading"))
        words = _("Should you forget your password, one of them lets you choose a new one. Each is good once, and they are shown only now.")
        column.addWidget(Label(words, "dim", wrap=True))
        card = Card(plate=True, margin=14)
        grid = QGridLayout()
        for at, code in enumerate(self._codes):
            label = Label(code, "strong")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, at % ((len(codes) + 1) // 2), at // ((len(codes) + 1) // 2))
        card.body.addLayout(grid)
        column.addWidget(card)
        self.saved = Banner("", "green")
        self.saved.hide()
        column.addWidget(self.saved)
        row = QHBoxLayout()
        row.addWidget(Button(_("Close"), clicked=self.accept))
        row.addStretch(1)
        self.save_button = primary(_("Save the sheet as PDF…"), "document_pdf", self.ask_file)
        row.addWidget(self.save_button)
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(500))

    def ask_file(self) -> None:
        """Ask where to, then save it there."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        proposed = str(Path(folder) / (_("Recovery codes") + ".pdf"))
        chosen, _kind = QFileDialog.getSaveFileName(self, self.windowTitle(), proposed, "PDF (*.pdf)")
        if chosen:
            self.save(Path(chosen))

    def save(self, file: Path) -> None:
        """Write the sheet."""
        company, person = self._shell.settings.get(s.COMPANY_NAME), self._shell.app.actor.name
        work = partial(_write, file, company, person, self._codes, language())
        self._shell.tasks.run(work, self._saved, self._shell.notices.error, owner=self)

    def _saved(self, file: Path) -> None:
        words = _("Saved: {name}. Print it, put it away, and delete the file.").format(name=file.name)
        self.saved.say(words, "green")


def _write(file: Path, company: str, person: str, codes: Sequence[str], language_code: str) -> Path:
    sheets: Any = import_module("crm_desktop.printing.code_sheet")  # draws with reportlab, which is slow to load
    file.write_bytes(sheets.code_sheet(company, person, codes, dt.date.today(), language_code))
    return file


class OneTimePassword(QDialog):
    """A one-time password, shown once to the administrator who hands it over."""

    def __init__(self, parent: QWidget, name: str, word: str) -> None:
        super().__init__(parent.window())
        self.word = word
        self.setWindowTitle(_("One-time password"))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(_("The first password of {name}").format(name=name), "heading"))
        words = _("Tell it to the person; it is shown only now, is good for seven days, and for choosing an own password only.")
        column.addWidget(Label(words, "dim", wrap=True))
        card = Card(plate=True, margin=14)
        secret = Label(word, "number")
        secret.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        secret.setAccessibleName(_("One-time password"))
        card.body.addWidget(secret)
        column.addWidget(card)
        row = QHBoxLayout()
        row.addWidget(Button(_("Copy"), "copy", clicked=lambda: QGuiApplication.clipboard().setText(word)))
        row.addStretch(1)
        row.addWidget(primary(_("Close"), "", self.accept))
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(440))
