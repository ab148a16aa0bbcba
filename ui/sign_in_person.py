"""The page of a user's window that says how it stands with the sign-in of this person, for whoever looks after it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.services import credentials
from crm_desktop.services.credentials import State
from crm_desktop.words import _
from ui import theme
from ui.shell import Shell
from ui.sign_in_dialogs import OneTimePassword
from ui.sign_in_limits import LimitsDialog
from ui.sign_in_people import state_words
from ui.widgets.buttons import Button, flat
from ui.widgets.labels import Label, Tag
from ui.widgets.panels import Card


class SignInPerson(QWidget):
    """State, first password, lock, limits."""

    def __init__(self, shell: Shell, user_id: int) -> None:
        super().__init__()
        self._shell, self._id = shell, user_id
        self.state: State | None = None
        self.words = Label("", "dim", wrap=True)
        self.words.hide()
        self.reset_button = Button(_("One-time password…"), "arrow_reset", clicked=self.reset)
        self.unlock_button = Button(_("Unlock"), "lock_open", clicked=self.unlock)
        self.limits_button = Button(_("Limits…"), "clock", clicked=self.limits)
        self.all_button = flat(_("Everybody's sign-in"), "people", lambda: shell.open_screen("sign-in"))
        self._card = Card(margin=20)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.size("page"))
        self._grid.setVerticalSpacing(theme.size("gap"))
        self._grid.setColumnStretch(1, 1)
        self._card.body.addLayout(self._grid)
        row = QHBoxLayout()
        for button in (self.reset_button, self.unlock_button, self.limits_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.all_button)
        self._card.body.addSpacing(theme.size("gap"))
        self._card.body.addLayout(row)
        self._card.setMaximumWidth(theme.current().px(760))
        self._card.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        column.addWidget(self._card)
        column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Ask again."""
        self._shell.tasks.run(partial(_find, self._shell.app, self._id), self._show, self._failed, owner=self)

    def reset(self) -> None:
        """Give the person a first password."""
        state = self.state
        if state is None:
            return
        question = _("Give {name} a one-time password?").format(name=state.name)
        if not state.password or self._shell.notices.ask(question, _("The one in use is good no more."), yes=_("Give one")):
            work = partial(credentials.reset, self._shell.app, self._id)
            self._shell.tasks.run(work, partial(self._tell, state.name), owner=self)

    def unlock(self) -> None:
        """Let the person try again."""
        work = partial(credentials.unlock, self._shell.app, self._id)
        self._shell.tasks.run(work, lambda _nothing: self.refresh(), owner=self)

    def limits(self) -> None:
        """Ask for the person's limits."""
        if self.state is not None:
            LimitsDialog(self._shell, self, "user", self._id, self.state.name).open()

    def _tell(self, name: str, word: str) -> None:
        OneTimePassword(self, name, word).open()
        self.refresh()

    def _show(self, state: State | None) -> None:
        self.state = state
        self._card.setVisible(state is not None)
        self.words.setVisible(state is None)
        if state is None:
            self.words.setText(_("Sign-in is off.") + " " + _("An owner turns it on, with a password of their own."))
            return
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        seen = f"{state.last_sign_in.astimezone():%Y-%m-%d %H:%M}" if state.last_sign_in else _("never")
        rows: list[tuple[str, QWidget]] = [
            (_("State"), Tag(*state_words(state))), (_("Sign-in name"), Label(state.sign_in)), (_("Last sign-in"), Label(seen)),
        ]  # fmt: skip
        if state.codes:
            rows.append((_("Recovery codes"), Label(str(state.codes))))
        for at, (title, value) in enumerate(rows):
            self._grid.addWidget(Label(title, "dim"), at, 0)
            self._grid.addWidget(value, at, 1, Qt.AlignmentFlag.AlignLeft)
        self.unlock_button.setEnabled(state.locked_until is not None)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, Told):
            self._shell.notices.error(error)
            return
        self._card.hide()
        self.words.setText(" ".join(t for t in (error.message, error.advice) if t))
        self.words.show()


def _find(app: Application, user_id: int) -> State | None:
    """None: sign-in is off."""
    return credentials.state_of(app, user_id) if credentials.is_required(app) else None
