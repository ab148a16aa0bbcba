"""Locks the window when nobody works, or when it is asked for; puts signing out and the own password into the person's menu."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QDialog

from crm_desktop import settings as s
from crm_desktop.changes import Change
from crm_desktop.errors import NotSignedIn, Told
from crm_desktop.services import signing_in
from crm_desktop.services.credentials import SIGN_IN
from crm_desktop.words import _
from ui.commands import Command
from ui.lock_dialog import LockDialog
from ui.lock_watch import IdleWatch
from ui.main_window import MainWindow
from ui.sign_in_dialogs import BindAccount, ChangePassword
from ui.sign_in_door import Door

_LOOK = 1500  # milliseconds; only a value in memory is looked at
_SETTINGS = frozenset({s.IDLE_MINUTES.name, s.OWN_IDLE_MINUTES.name})


class LockKeeper(QObject):
    """Watches over one window; does nothing where sign-in is off."""

    _turned_on = Signal()

    def __init__(self, window: MainWindow, door: Door) -> None:
        super().__init__(window)
        self._window, self._door = window, door
        self.dialog: LockDialog | None = None
        self._offered = False
        self.watch = IdleWatch(self)
        self.watch.idle.connect(partial(self.lock, "idle"))
        self._stop_listening = window.settings.listen(self._set)
        self._turned_on.connect(self.begin)
        self._stop_hearing = window.app.changes.listen(self._heard)
        window.closed.connect(self._close)
        self._look = QTimer(self, interval=_LOOK)
        self._look.timeout.connect(self.look)
        self.begin()

    def begin(self) -> None:
        """Offer it as soon as the person at work has a password: also right after sign-in was turned on."""
        if self._window.app.actor.proven and not self._offered:
            self._offered = True
            self._look.start()
            self._offer()
            self.read_minutes()

    def read_minutes(self) -> None:
        """Ask after how many minutes the window locks itself."""
        window = self._window
        work = partial(signing_in.idle_minutes, window.app, window.settings.get(s.OWN_IDLE_MINUTES))
        window.tasks.run(work, self.watch.set_minutes, owner=self)

    def look(self) -> None:
        """Leave the window when somebody has reset the password of the person at work."""
        if signing_in.needed(self._window.app):
            self._look.stop()
            self._door.sign_out(_("Your password was reset by an administrator.") + " " + _("Sign in again with the one-time password."))

    def lock(self, reason: str = "hand") -> None:
        """Cover everything until the person is back."""
        window = self._window
        if self.dialog is not None or not window.app.actor.proven:
            return
        window.tasks.run(partial(signing_in.lock_window, window.app, reason), None, self._not_told, owner=self)
        self._ask()

    def sign_out(self) -> None:
        """Let somebody else come in, after asking about what is not saved."""
        QTimer.singleShot(0, self, self._door.sign_out)  # the menu that asks for it goes with the window

    def change_password(self) -> None:
        """The person chooses another password."""
        ChangePassword(self._window, self._window.app, self._window.tasks, self._window.notices).open()

    def bind_account(self) -> None:
        """Let the account of the system stand in for the password."""
        window, account = self._window, self._door.account()
        if account is None:
            window.notices.inform(_("The system does not say whose account this is."))
            return
        BindAccount(window, window.app, window.tasks, window.notices, account).open()

    def unbind_account(self) -> None:
        """Ask for the password again, on all accounts of this person."""
        said = partial(self._window.notices.say, _("From now on you sign in with your password."), icon="checkmark_circle")
        self._window.tasks.run(partial(signing_in.unbind_accounts, self._window.app), lambda _nothing: said(), owner=self)

    def _ask(self) -> None:
        window = self._window
        self.dialog = dialog = LockDialog(window, window.app, window.tasks, window.notices)
        dialog.finished.connect(self._finished)
        dialog.cover()

    def _finished(self, answer: int) -> None:
        dialog = self.dialog
        assert dialog is not None
        if answer == QDialog.DialogCode.Accepted:
            dialog.uncover()
            self._gone(dialog)
            self.watch.worked()
        else:
            QTimer.singleShot(0, self, self._out)

    def _out(self) -> None:
        """Somebody else wants to sign in: what is not saved is asked about while all else stays covered."""
        dialog = self.dialog
        assert dialog is not None
        if not self._door.sign_out():
            dialog.uncover()
            self._gone(dialog)
            self._ask()

    def _gone(self, dialog: LockDialog) -> None:
        self.dialog = None
        dialog.deleteLater()

    def _offer(self) -> None:
        group = _("Window")
        commands = [
            Command("lock", _("Lock"), "lock_closed", self.lock, "Ctrl+Alt+L", group),
            Command("password", _("Change my password…"), "shield", self.change_password, "", group),
        ]
        if self._window.settings.get(s.SIGN_IN_SYSTEM):
            commands += [
                Command("account", _("Sign in with this Windows account…"), "desktop", self.bind_account, "", group),
                Command("no-account", _("Sign in with my password only"), "keyboard", self.unbind_account, "", group),
            ]
        out = Command("sign-out", _("Sign out, or let somebody else sign in"), "people", self.sign_out, "", group)
        self._window.offer([*commands, out])

    def _set(self, names: frozenset[str]) -> None:
        if names & _SETTINGS and self._window.app.actor.proven and not self._window.tasks.closed:
            QTimer.singleShot(0, self, self.read_minutes)

    def _not_told(self, error: BaseException) -> None:
        if not isinstance(error, Told) or isinstance(error, NotSignedIn):
            self._window.notices.error(error)

    def _heard(self, change: Change) -> None:  # on the thread that saved
        if change.type == SIGN_IN:
            self._turned_on.emit()

    def _close(self) -> None:
        self._look.stop()  # a closed window lives on for a moment, in which nobody is signed in
        self._stop_listening()
        self._stop_hearing()
        self.watch.close()
