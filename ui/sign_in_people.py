"""The screen of those who look after people: who can sign in, first passwords, locks, limits, and the PCs that ask to be approved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.rights import PROGRAM, Reach
from crm_desktop.services import credentials, devices
from crm_desktop.services.credentials import State
from crm_desktop.services.devices import Enrolled
from crm_desktop.services.listing import ListQuery, fetch_page
from crm_desktop.services.people_guard import everything
from crm_desktop.words import _
from ui import theme
from ui.shell import Shell
from ui.sign_in_dialogs import CodesDialog, OneTimePassword, TurnOn
from ui.sign_in_limits import LimitsDialog
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState
from ui.widgets.plain_table import PlainColumn, PlainTable

GRANT = "program.rights"
_POSITIONS = 200


@dataclass(frozen=True)
class Found:
    """What the screen shows."""

    on: bool
    people: list[State]
    pcs: list[Enrolled]
    positions: list[tuple[int, str]]


class SignInPeople(QWidget):
    """People at the top, PCs below; where sign-in is off, what it is and how to turn it on."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Sign-in"), "lock_closed", "screen:sign-in"
        self.people, self.pcs = PlainTable(_people_columns(), name=_("People")), PlainTable(_pc_columns(), name=_("PCs"))
        self.begin = primary(_("Turn sign-in on…"), "lock_closed", self.turn_on)
        self.reset_button = Button(_("One-time password…"), "arrow_reset", clicked=self.reset)
        self.unlock_button = Button(_("Unlock"), "lock_open", clicked=self.unlock)
        self.limits_button = Button(_("Limits…"), "clock", clicked=self.limits)
        self.posts = QMenu(self)
        self.posts_button = Button(_("Limits of a position"), "briefcase", menu=self.posts)
        self.codes_button = Button(_("New recovery codes"), "document_text", clicked=self.new_codes)
        self.off_button = Button(_("Turn off…"), "lock_open", clicked=self.turn_off)
        self.approve_button = Button(_("Approve"), "checkmark", clicked=lambda: self.decide("approved"))
        self.refuse_button = Button(_("Refuse"), "prohibited", clicked=lambda: self.decide("refused"))
        self.remove_button = Button(_("Forget"), "delete", clicked=self.remove)
        self._lay_out()
        self.people.chosen.connect(lambda _row: self._look())
        self.pcs.chosen.connect(lambda _row: self._look())
        self.people.opened.connect(lambda _row: self.limits())
        self.refresh()

    # For the window

    def close_request(self) -> bool:
        """Nothing is typed here."""
        return True

    def refresh(self) -> None:
        """Ask again."""
        self._shell.tasks.run(partial(_find, self._shell.app), self._show, owner=self)

    # How it looks

    def _lay_out(self) -> None:
        off = EmptyState(
            "lock_open", _("Nobody needs a password yet"),
            _("With sign-in on, everybody has a name and a password, sees what the own position allows, and the log tells who did what."),
            self.begin,
        )  # fmt: skip
        on = QWidget()
        column = QVBoxLayout(on)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        column.addLayout(_row(self.reset_button, self.unlock_button, self.limits_button, self.posts_button, None,
                              self.codes_button, self.off_button))  # fmt: skip
        column.addWidget(self.people, 3)
        self._pcs = QWidget()
        below = QVBoxLayout(self._pcs)
        below.setContentsMargins(0, theme.size("gap"), 0, 0)
        below.setSpacing(theme.size("gap"))
        head = _row(self.approve_button, self.refuse_button, self.remove_button)
        head.insertWidget(0, Label(_("PCs"), "section"))
        head.insertSpacing(1, theme.size("margin"))
        head.addStretch(1)
        below.addLayout(head)
        note = _("PCs ask here when somebody signs in there who may only use approved ones.")
        below.addWidget(Label(note, "small"))
        below.addWidget(self.pcs, 1)
        column.addWidget(self._pcs, 2)
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(QWidget())  # while it is asked
        self._stack.addWidget(off)
        self._stack.addWidget(on)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.size("page"), theme.size("margin"), theme.size("page"), theme.size("margin"))
        outer.setSpacing(theme.size("margin"))
        outer.addWidget(Label(self.title, "title"))
        outer.addWidget(holder, 1)

    def _show(self, found: Found) -> None:
        self._stack.setCurrentIndex(2 if found.on else 1)
        person, pc = self._person(), self._pc()
        self.people.show_rows(found.people)
        self.pcs.show_rows(found.pcs)
        if person is not None:
            self.people.select_row_of(lambda p: p.user_id == person.user_id)
        if pc is not None:
            self.pcs.select_row_of(lambda d: d.id == pc.id)
        owner = everything(self._shell.app.actor)
        for button in (self.begin, self.codes_button, self.off_button):
            button.setVisible(owner)
        whole = self._shell.app.actor.reach(PROGRAM, "rights") == Reach.ALL
        self._pcs.setVisible(whole)
        self.posts.clear()
        for id_, name in found.positions:
            self.posts.addAction(name).triggered.connect(partial(self._limits_of, "position", id_, name))
        self.posts_button.setVisible(whole and bool(found.positions))
        self._look()

    def _look(self) -> None:
        person, pc = self._person(), self._pc()
        for button in (self.reset_button, self.limits_button):
            button.setEnabled(person is not None)
        self.unlock_button.setEnabled(person is not None and person.locked_until is not None)
        self.approve_button.setEnabled(pc is not None and pc.state != "approved")
        self.refuse_button.setEnabled(pc is not None and pc.state != "refused")
        self.remove_button.setEnabled(pc is not None)

    def _person(self) -> State | None:
        found: State | None = self.people.current()
        return found

    def _pc(self) -> Enrolled | None:
        found: Enrolled | None = self.pcs.current()
        return found

    # What it does

    def turn_on(self) -> None:
        """Ask the owner for a password."""
        TurnOn(self._shell, self, self._again).open()

    def turn_off(self) -> None:
        """After asking: it forgets all passwords."""
        question = _("Turn sign-in off? All passwords and recovery codes are forgotten.")
        details = _("Whoever opens the program then works as the first person.")
        if self._shell.notices.ask(question, details, yes=_("Turn it off"), danger=True):
            self._do(partial(credentials.turn_off, self._shell.app))

    def new_codes(self) -> None:
        """New codes for the owner at work."""
        if self._shell.notices.ask(
            _("Make new recovery codes for yourself?"), _("Those you have are good for nothing then."), yes=_("Make new ones")
        ):
            work = partial(credentials.new_codes, self._shell.app)
            self._shell.tasks.run(work, lambda codes: CodesDialog(self._shell, self, codes).open(), owner=self)
            self.refresh()

    def reset(self) -> None:
        """Give the selected person a first password."""
        person = self._person()
        if person is None:
            return
        question = _("Give {name} a one-time password?").format(name=person.name)
        if not person.password or self._shell.notices.ask(question, _("The one in use is good no more."), yes=_("Give one")):
            work = partial(credentials.reset, self._shell.app, person.user_id)
            self._shell.tasks.run(work, partial(self._tell, person.name), self._failed, owner=self)

    def unlock(self) -> None:
        """Let the selected person try again."""
        if (person := self._person()) is not None:
            self._do(partial(credentials.unlock, self._shell.app, person.user_id))

    def limits(self) -> None:
        """Ask for the limits of the selected person."""
        if (person := self._person()) is not None:
            self._limits_of("user", person.user_id, person.name)

    def decide(self, state: str) -> None:
        """Approve or refuse the selected PC."""
        if (pc := self._pc()) is not None:
            self._do(partial(devices.decide, self._shell.app, pc.id, state))

    def remove(self) -> None:
        """Forget the selected PC."""
        if (pc := self._pc()) is not None:
            self._do(partial(devices.remove, self._shell.app, pc.id))

    def _limits_of(self, kind: str, id_: int, name: str, *_checked: bool) -> None:
        LimitsDialog(self._shell, self, kind, id_, name).open()

    def _tell(self, name: str, word: str) -> None:
        OneTimePassword(self, name, word).open()
        self.refresh()

    def _do(self, work: Any) -> None:
        self._shell.tasks.run(work, self._again, self._failed, owner=self)

    def _failed(self, error: BaseException) -> None:
        self._shell.notices.error(error)
        self.refresh()

    def _again(self, _nothing: object = None) -> None:
        QTimer.singleShot(0, self, self.refresh)


def _find(app: Application) -> Found:
    on = credentials.is_required(app)
    whole = app.actor.reach(PROGRAM, "rights") == Reach.ALL
    people = credentials.states(app) if on else []
    pcs = devices.listed(app) if on and whole else []
    rows = fetch_page(app, ListQuery("positions", ("name",)), size=_POSITIONS).rows if on and whole else []
    return Found(on, people, pcs, [(row[-1], row[0]) for row in rows])


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.size("gap"))
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row


def state_words(state: State) -> tuple[str, str]:
    """Words and tone."""
    if not state.active:
        return _("Switched off"), "grey"
    if state.locked_until is not None:
        return _("Locked until {time}").format(time=f"{state.locked_until.astimezone():%H:%M}"), "red"
    if state.must_change:
        return _("First password"), "amber"
    return (_("Can sign in"), "green") if state.password else (_("No password"), "grey")


def _people_columns() -> list[PlainColumn]:
    return [
        PlainColumn(_("Name"), lambda p: p.name, 16),
        PlainColumn(_("Sign-in name"), lambda p: p.sign_in, 16),
        PlainColumn(_("State"), lambda p: state_words(p)[0], 16, tone=lambda p: state_words(p)[1]),
        PlainColumn(_("Recovery codes"), lambda p: str(p.codes) if p.codes else "", 12, quiet=True, right=True),
        PlainColumn(_("Last sign-in"), lambda p: f"{p.last_sign_in.astimezone():%Y-%m-%d %H:%M}" if p.last_sign_in else "", quiet=True),
    ]


_TONES = {"waiting": "amber", "approved": "green", "refused": "red"}


def _pc_columns() -> list[PlainColumn]:
    return [
        PlainColumn(_("PC"), lambda d: d.name, 20),
        PlainColumn(_("State"), lambda d: _(devices.STATES[d.state]), 12, tone=lambda d: _TONES[d.state]),
        PlainColumn(_("Asked by"), lambda d: d.asked_by, 14),
        PlainColumn(_("Decided by"), lambda d: d.decided_by, 14, quiet=True),
        PlainColumn(_("Last seen"), lambda d: f"{d.seen_at.astimezone():%Y-%m-%d %H:%M}" if d.seen_at else "", quiet=True),
    ]
