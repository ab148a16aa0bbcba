"""The office network: share the data of this PC, see how it stands on the host and on the others, and everything that changes it.

The screen changes nothing itself: what was decided goes to the program, which closes its window first where the data move.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.lan import connection as ways
from crm_desktop.lan import power
from crm_desktop.lan.checks import GOOD, Readiness, how_to_encrypt, look
from crm_desktop.lan.cluster import PORT
from crm_desktop.lan.connection import HOST, Connection
from crm_desktop.lan.firewall import by_hand
from crm_desktop.lan.join_file import SUFFIX, write_join_file
from crm_desktop.lan.joining import answers
from crm_desktop.lan.relocating import clear_away, left_behind
from crm_desktop.lan.upgrading import newer
from crm_desktop.lan.waking import cluster_of, digits, near_of
from crm_desktop.services import credentials
from crm_desktop.services.opening import database_path
from crm_desktop.services.people_guard import everything
from crm_desktop.words import _
from ui import theme
from ui.lan_owner import OwnerDialog
from ui.lan_wish import LEAVE, MOVE_HERE, SHARE, STOP, UPGRADE, USE, LanWish
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import IconLabel, Label, Tag
from ui.widgets.panels import Banner, Card, ScrolledColumn

_WIDTH = 820  # pixels


@dataclass(frozen=True)
class Standing:
    """How it stands. office: None where this PC works alone, with what was looked at then in `ready`."""

    office: Connection | None
    ready: Readiness | None = None
    password: bool = False
    answers: bool = False
    digits: str = ""
    version: int = 0
    newer: int = 0
    by_hand: str = ""


def standing(app: Application, port: int) -> Standing:
    """Look at this PC; takes a moment, so it belongs on a worker."""
    data = app.data
    office = ways.kept(data)
    if office is None:
        file = database_path(data)
        size = file.stat().st_size if file.exists() else 0
        return Standing(None, look(data, size, port), credentials.is_required(app))
    up = answers(office, data)
    if office.part != HOST:
        return Standing(office, answers=up)
    try:
        found = newer(office)
    except Told:
        found = None
    words = by_hand(office.port, [a.network for a in near_of(office)])
    return Standing(
        office, None, True, up, digits(data), cluster_of(office).version(), found.version if found else 0, words
    )  # fmt: skip


class LanScreen(QWidget):
    """The screen; it looks at this PC when it is shown and by F5."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Office network"), "desktop", "screen:lan"
        self.standing: Standing | None = None
        self.port = QSpinBox()
        self.port.setRange(1024, 65535)
        self.port.setValue(PORT)
        self.port.setAccessibleName(_("Port"))
        self.port.editingFinished.connect(self.refresh)
        self.buttons: dict[str, Button] = {}
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.size("margin"))
        inner, page = QWidget(), QWidget()
        inner.setLayout(self._column)
        self._column.setContentsMargins(0, 0, 0, 0)
        inner.setMaximumWidth(theme.current().px(_WIDTH))
        row = QHBoxLayout(page)  # which knows how high sentences get in a column that may not grow wider; one below the other does not
        row.addWidget(inner, 1000)
        row.addStretch(1)
        edge = theme.size("page")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(edge, theme.size("margin"), 0, 0)
        outer.setSpacing(theme.size("margin"))
        outer.addWidget(Label(self.title, "title"))
        outer.addWidget(ScrolledColumn(page), 1)
        self.refresh()

    # For the window

    def close_request(self) -> bool:
        """Nothing is typed here that is worth keeping."""
        return True

    def refresh(self) -> None:
        """Look again."""
        port = self.port.value()
        self._shell.tasks.run(partial(standing, self._shell.app, port), self.show_standing, owner=self)

    # How it looks

    def show_standing(self, found: Standing) -> None:
        """Show how it stands."""
        self.standing = found
        self.port.setParent(None)
        while (item := self._column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.buttons = {}
        cards = self._alone(found) if found.office is None else self._host(found) if found.office.part == HOST else self._member(found)
        for card in cards:
            self._column.addWidget(card)
        self._column.addStretch(1)

    def _alone(self, found: Standing) -> list[QWidget]:
        assert found.ready is not None
        card = _card(
            _("Share the data with the office"),
            _("This PC becomes the host: its data move into a database server, and up to 50 PCs of your network work with them at the same"
              " time, each person with an own name and password. A backup is made first, and the present file is kept."),
        )  # fmt: skip
        for check in found.ready.checks:
            card.body.addWidget(_check_row(check.state, check.words, check.advice))
        row = QHBoxLayout()
        label = Label(_("Port"))
        label.setBuddy(self.port)
        row.addWidget(label)
        row.addWidget(self.port)
        self.port.show()
        row.addStretch(1)
        if any(c.key == "sleep" and c.state != GOOD and c.advice and power.sleeps_after() for c in found.ready.checks):
            row.addWidget(self._button("awake", Button(_("Let this PC stay awake"), "clock", clicked=self._stay_awake)))
        row.addWidget(self._button("again", Button(_("Check again"), "arrow_sync", clicked=self.refresh)))
        share = self._button(SHARE, primary(_("Share with the office…"), "", partial(self.decide, SHARE)))
        share.setEnabled(found.ready.ready and everything(self._shell.app.actor))
        row.addWidget(share)
        card.body.addLayout(row)
        if not everything(self._shell.app.actor):
            card.body.addWidget(Label(_("Only an owner does this."), "small"))
        other = _card(
            _("Join an office"),
            _("If another PC of the office keeps the data, this PC works with them. What it has of its own stays in its folder meanwhile."),
        )
        other.body.addLayout(_row(self._button("join", Button(_("Join an office…"), "organization", clicked=self._join))))
        server = _card(
            _("Use a server that stands already"),
            _("A firm with a PostgreSQL server of its own needs no host PC. Its administrator has to sign in once."),
        )
        button = Button(_("Use a server…"), "storage", clicked=lambda: self._shell.change_office(LanWish(USE)))
        server.body.addLayout(_row(self._button(USE, button)))
        return [card, other, server]

    def _host(self, found: Standing) -> list[QWidget]:
        office = found.office
        assert office is not None
        card = _card(_("This PC is the host of “{office}”").format(office=office.office), "")
        card.body.addWidget(_fact(_("Database"), _answer(found.answers)))
        card.body.addWidget(_fact(_("The others join at"), Label(f"{office.hosts[0]}:{office.port}", "strong")))
        card.body.addWidget(_fact(_("Digits that their screens show"), Label(found.digits, "strong")))
        server = _("PostgreSQL {version} in {folder}").format(version=found.version, folder=office.folder)
        card.body.addWidget(_fact(_("Server"), Label(server, wrap=True)))
        if office.service:
            card.body.addWidget(_fact(_("Service of Windows"), Label(office.service)))
        _encryption(card, office.encrypted)
        if found.by_hand:
            card.body.addWidget(Label(found.by_hand, "small", wrap=True))
        file = self._button("file", Button(_("Save the join file…"), "document", clicked=self._save_file))
        again = self._button("again", Button(_("Check again"), "arrow_sync", clicked=self.refresh))
        card.body.addLayout(_row(file, again))
        words = _("A backup is made before each; nobody can work meanwhile. What goes wrong leaves everything as it is.")
        change = _card(_("Changes"), words)
        if found.newer:
            words = _("This PC has PostgreSQL {now}; the office uses {was}.").format(now=found.newer, was=found.version)
            change.body.addWidget(Label(words, wrap=True))
            change.body.addLayout(_row(self._deciding(UPGRADE, _("Use the newer one…"), "arrow_up")))
        moving = _("To make another PC the host, install the program there, join, and choose “Make this PC the host” there.")
        change.body.addWidget(Label(moving, "small", wrap=True))
        change.body.addLayout(_row(self._deciding(STOP, _("Stop sharing…"), "desktop")))
        return [card, change]

    def _member(self, found: Standing) -> list[QWidget]:
        office = found.office
        assert office is not None
        card = _card(_("This PC has joined “{office}”").format(office=office.office), "")
        card.body.addWidget(_fact(_("Database"), _answer(found.answers)))
        card.body.addWidget(_fact(_("Host"), Label(f"{office.hosts[0]}:{office.port}", "strong")))
        _encryption(card, office.encrypted)
        leave = self._button(LEAVE, Button(_("Leave the office…"), "arrow_left", clicked=self._leave))
        again = self._button("again", Button(_("Check again"), "arrow_sync", clicked=self.refresh))
        file = self._button("file", Button(_("Save the join file…"), "document", clicked=self._save_file))
        card.body.addLayout(_row(leave, file, again))  # a server that stands already has no host that could write it
        if not everything(self._shell.app.actor):
            return [card]
        if left_behind(office):
            return [card, self._left_behind()]
        change = _card(
            _("Make this PC the host"),
            _("All data move here, and the other PCs follow at their next sign-in. Choose this when the host's PC is to be replaced."),
        )
        change.body.addLayout(_row(self._deciding(MOVE_HERE, _("Make this PC the host…"), "desktop")))
        return [card, change]

    def _left_behind(self) -> Card:
        card = _card(
            _("The server of before"),
            _("This PC was the host. Its server goes on, so that whoever was away learns where the data are now. When all have signed in"
              " there, it can go; its files are kept aside."),
        )  # fmt: skip
        card.body.addLayout(_row(self._button("clear", Button(_("Remove the server of before…"), "delete", clicked=self._clear_away))))
        return card

    def _deciding(self, what: str, text: str, icon: str) -> Button:
        return self._button(what, Button(text, icon, clicked=partial(self.decide, what)))

    def _button(self, key: str, button: Button) -> Button:
        self.buttons[key] = button
        return button

    # What it does

    def decide(self, what: str) -> None:
        """Ask for the owner's password, then let the program do it."""
        found = self.standing
        fresh = what == SHARE and found is not None and not found.password
        app = self._shell.app
        sign_in = credentials.sign_in_of(app) if fresh else ""  # on a server, which may be away, there is one already
        dialog = OwnerDialog(self, what, app.actor.name, sign_in, fresh=fresh)
        dialog.decided.connect(lambda word: self._shell.change_office(LanWish(what, word, self.port.value())))
        dialog.open()

    def _join(self) -> None:
        self._shell.change_office(LanWish("join"))

    def _leave(self) -> None:
        question = _("Leave the office?")
        details = _("The office's data stay with the office. This PC works alone then, with what it had before.")
        if self._shell.notices.ask(question, details, yes=_("Leave")):
            self._shell.change_office(LanWish(LEAVE))

    def _clear_away(self) -> None:
        details = _("Whoever has not signed in since the data moved has to join anew.")
        if self._shell.notices.ask(_("Remove the server of before?"), details, yes=_("Remove")):
            self._shell.tasks.run(partial(clear_away, self._shell.app.data), self._cleared, owner=self)

    def _cleared(self, kept: Path) -> None:
        words = _("The server's files of before are kept in {folder}; delete them when you are sure.").format(folder=kept)
        self._shell.notices.say(words)
        self.refresh()

    def _stay_awake(self) -> None:
        self._shell.tasks.run(power.stay_awake, lambda _done: self.refresh(), owner=self)

    def _save_file(self) -> None:
        office = self.standing.office if self.standing else None
        if office is None:
            return
        pattern = _("Join files") + f" (*{SUFFIX})"
        name, _filter = QFileDialog.getSaveFileName(self, _("Save the join file"), f"{office.office}{SUFFIX}", pattern)
        if name:
            self.write_file(Path(name), office)

    def write_file(self, file: Path, office: Connection) -> None:
        """Write the join file, and say so."""
        done = _("The join file is ready: {file}").format(file=file)
        self._shell.tasks.run(partial(write_join_file, file, office), lambda _none: self._shell.notices.say(done), owner=self)


def _card(title: str, words: str) -> Card:
    card = Card(margin=20)
    card.body.addWidget(Label(title, "heading"))
    if words:
        card.body.addWidget(Label(words, "dim", wrap=True))
    return card


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.size("gap"))
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


_SIGNS = {"good": ("checkmark_circle", "green"), "note": ("info", "amber"), "bad": ("error_circle", "red")}


def _check_row(state: str, words: str, advice: str) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 2, 0, 2)
    row.setSpacing(theme.size("gap"))
    icon = IconLabel(*_SIGNS[state], 20)
    row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    texts = QVBoxLayout()
    texts.setSpacing(1)
    texts.addWidget(Label(words, wrap=True))
    if advice:
        texts.addWidget(Label(advice, "small", wrap=True))
    row.addLayout(texts, 1)
    return made


def _fact(name: str, value: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 1, 0, 1)
    label = Label(name, "dim")
    label.setMinimumWidth(theme.current().px(230))
    row.addWidget(label)
    row.addWidget(value, 1, Qt.AlignmentFlag.AlignLeft if isinstance(value, Tag) else Qt.AlignmentFlag(0))
    return made


def _answer(up: bool) -> Tag:
    return Tag(_("answers"), "green") if up else Tag(_("does not answer"), "red")


def _encryption(card: Card, encrypted: bool) -> None:
    if encrypted:
        card.body.addWidget(Banner(_("Encrypted on the network"), "green"))
        return
    card.body.addWidget(Banner(_("Not encrypted on the network."), "amber"))
    card.body.addWidget(Label(how_to_encrypt(), "small", wrap=True))
