"""What the program does with the office's network as a whole: opens the office's database, moves data, joins and leaves.

The window of the program goes first, as its lists and forms stand on the database that goes away; whatever went wrong, what was there
before is opened again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from backups.before import lan_backup
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Cancelled, Told
from crm_desktop.folders import settings_file
from crm_desktop.lan import connection as ways
from crm_desktop.lan import joining
from crm_desktop.lan.announcing import Announcer
from crm_desktop.lan.checks import look
from crm_desktop.lan.connection import HOST, Connection
from crm_desktop.lan.ending import Alone, stop_sharing
from crm_desktop.lan.entering import open_office
from crm_desktop.lan.hosting import Shared, making, share
from crm_desktop.lan.relocating import followed, move_here
from crm_desktop.lan.upgrading import Upgraded, upgrade
from crm_desktop.lan.using import look_at, use
from crm_desktop.lan.waking import announcer, digits
from crm_desktop.progress import Progress
from crm_desktop.services import credentials
from crm_desktop.services.opening import database_path
from crm_desktop.services.people_guard import everything
from crm_desktop.settings import Settings
from crm_desktop.words import _
from ui.lan_away import Away
from ui.lan_done import LanDone
from ui.lan_join import JoinDialog
from ui.lan_owner import OwnerDialog
from ui.lan_use import UseDialog
from ui.lan_wish import LEAVE, MOVE_HERE, SHARE, STOP, UPGRADE, USE, LanWish
from ui.lan_working import Working
from ui.main_window import MainWindow
from ui.notices import Notices

log = logging.getLogger(__name__)


class Running(Protocol):
    """The program as this file sees it."""

    data: Path
    settings: Settings
    app: Application | None
    window: QWidget | None

    def leave(self) -> bool:
        """Close the window but go on; False when something unsaved stays open."""

    def show(self, window: QWidget) -> None:
        """Make this the window of the program."""

    def start(self, said: str = "") -> None:
        """Open what is in the data folder now."""

    def start_again(self, said: str = "") -> None:
        """Close the data and open them anew."""

    def _arrive(self, app: Application, said: str = "") -> None:
        """Let somebody sign in where that is needed."""


class LanHub(QObject):
    """One for the program, whatever window it shows."""

    def __init__(self, program: Running, parent: QObject) -> None:
        super().__init__(parent)
        self._program = program
        self._announcer: Announcer | None = None

    def serve(self, window: MainWindow) -> None:
        """Do what the screens of a window ask for, and answer PCs that look for the office."""
        window.office_wanted.connect(self.do)
        office = ways.kept(self._program.data)
        if office is None:
            return
        office = self._named(office, window.settings.get(s.COMPANY_NAME))
        window.status.set_database(office.office, tip=f"{office.hosts[0]}:{office.port}")
        if office.part == HOST and self._announcer is None:
            self._announcer = announcer(self._program.data, office)
            if self._announcer is not None and not self._announcer.start():
                self._announcer = None

    def _named(self, office: Connection, company: str) -> Connection:
        """Whoever joined by an address learns what the office is called only now."""
        if not company or office.part == HOST or office.office == company:
            return office
        fresh = replace(office, office=company)
        try:
            ways.keep(self._program.data, fresh)
        except OSError as error:
            log.warning("The name of the office is not kept: %s", error)
        return fresh

    def end(self) -> None:
        """Answer no more."""
        made, self._announcer = self._announcer, None
        if made is not None:
            made.stop()

    # Opening

    def joined(self) -> bool:
        """Whether this PC works with the database of an office."""
        return ways.kept(self._program.data) is not None

    def open_office(self, said: str = "") -> None:
        """Open the office's database, which may have to be started first, and let somebody sign in."""
        program = self._program
        office = ways.kept(program.data)
        name = office.office if office is not None else ""
        words = _("Looking for the office's database; on the host it is started.")
        window = Working(_("Connecting to “{office}”…").format(office=name), words, partial(open_office, program.data))
        window.ended.connect(partial(self._opened, said))
        program.show(window)
        window.start()

    def _opened(self, said: str, app: Application | None, error: BaseException | None) -> None:
        if app is not None:
            self._program._arrive(app, said)
            return
        if error is not None and not isinstance(error, Told):
            log.error("The office's database was not opened", exc_info=error)
        office = ways.kept(self._program.data)
        away = Away(office, error if isinstance(error, Told) else None)
        away.again.connect(self._later(partial(self.open_office, said)))
        away.join_wanted.connect(partial(self.join, away))
        away.leave_wanted.connect(self._later(self.leave))
        self._program.show(away)

    def follows(self, app: Application) -> bool:
        """Whether the office's data have moved to another PC: the program starts again there."""
        try:
            office = followed(app)
        except Told as error:
            log.warning("Where the office has gone is not known: %s", error)
            return False
        if office is not None:
            said = _("The office's data have moved to {host}. Please sign in there.").format(host=office.hosts[0])
            QTimer.singleShot(0, self, partial(self._program.start_again, said))
        return office is not None

    def _later(self, work: Callable[[], object]) -> Callable[[], None]:
        """The window that asks for it goes, so it comes after that window has finished."""
        return lambda: QTimer.singleShot(0, self, work)

    # Joining and leaving

    def join(self, parent: QWidget) -> JoinDialog:
        """Open the dialog for joining an office."""
        data = self._program.data
        dialog = JoinDialog(parent, data, has_own=database_path(data).exists())
        dialog.joined.connect(lambda _way: QTimer.singleShot(0, self, self._joined))
        dialog.open()
        return dialog

    def _joined(self) -> None:
        if not isinstance(self._program.window, MainWindow) or self._program.leave():
            self._program.start_again()

    def leave(self) -> None:
        """Let this PC work alone again."""
        program = self._program
        if isinstance(program.window, MainWindow) and not program.leave():
            return
        try:
            joining.leave(program.data)
        except Told as error:
            self._tell(error)
        program.start_again()

    # Moving data

    def do(self, wish: LanWish) -> None:
        """Carry out what a screen asks for."""
        window = self._program.window
        if wish.what == "join" and window is not None:
            self.join(window)
        elif wish.what == USE and not wish.url and isinstance(window, MainWindow):
            self._ask_for_server(window)
        elif wish.what == LEAVE:
            QTimer.singleShot(0, self, self.leave)
        else:
            QTimer.singleShot(0, self, partial(self._move, wish))

    def _ask_for_server(self, window: MainWindow) -> None:
        dialog = UseDialog(window, self._program.data, owner=everything(window.app.actor))
        dialog.joined.connect(lambda _way: QTimer.singleShot(0, self, self._joined))
        dialog.decided.connect(partial(self._ask_owner, window))
        dialog.open()

    def _ask_owner(self, window: MainWindow, url: str, administrator: str) -> None:
        app = window.app
        dialog = OwnerDialog(window, USE, app.actor.name, credentials.sign_in_of(app), fresh=not credentials.is_required(app))
        dialog.decided.connect(lambda word: self.do(LanWish(USE, word, url=url, administrator=administrator)))
        dialog.open()

    def _move(self, wish: LanWish) -> None:
        program, app = self._program, self._program.app
        if app is None or (isinstance(program.window, MainWindow) and not program.leave()):
            return
        self.end()
        titles = {
            SHARE: _("Sharing with the office…"), STOP: _("Bringing the data back…"), UPGRADE: _("Changing PostgreSQL…"),
            MOVE_HERE: _("Moving the data here…"), USE: _("Moving the data to the server…"),
        }  # fmt: skip
        words = _("A backup is made first. Then all data are copied and compared; until the last step everything stays as it is.")
        window = Working(titles[wish.what], words, partial(_carry_out, app, program.settings, wish))
        window.ended.connect(self._moved)
        program.show(window)
        window.start()

    def _moved(self, given: Any, error: BaseException | None) -> None:
        program = self._program
        if program.app is not None:
            program.app.close()
            program.app = None
        program.settings = Settings({s.Scope.PC: s.FileStorage(settings_file(program.data))})
        page = None if error is not None else _page(given, program.data)
        if page is None:
            program.start()
            if error is not None and not isinstance(error, Cancelled):
                self._tell(error)
            return
        page.left.connect(self._later(program.start))
        program.show(page)

    def _tell(self, error: BaseException) -> None:
        window = self._program.window
        if window is not None:
            notices = window.notices if isinstance(window, MainWindow) else Notices(window, self._program.data / "logs")
            notices.error(error)


def _carry_out(app: Application, settings: Settings, wish: LanWish, progress: Progress) -> object:  # on a worker
    def keep(open_app: Application) -> object:
        return lan_backup(open_app, settings, progress)

    if wish.what == STOP:
        return stop_sharing(app, wish.password, keep, progress)
    if wish.what == UPGRADE:
        return upgrade(app, wish.password, keep, progress)
    if wish.what == USE:
        return use(app, wish.password, look_at(wish.url, wish.administrator), keep, progress)
    file = database_path(app.data)
    size = file.stat().st_size if file.exists() else 0
    made_of = making(look(app.data, size, wish.port), app.data, wish.port)
    move = share if wish.what == SHARE else move_here
    return move(app, wish.password, keep, made_of, progress)


def _page(given: Any, data: Path) -> LanDone | None:
    if isinstance(given, Shared):
        rows = _("{rows} rows were moved and compared.").format(rows=f"{given.rows:,}")
        words = [rows]
        if given.kept is not None:
            words.append(_("The file of before is kept: {file}").format(file=given.kept))
        title = _("This PC is the host now") if given.connection.part == HOST else _("The server keeps the data now")
        return LanDone(title, words, data, people=given.people, office=given.connection, digits=digits(data))
    if isinstance(given, Alone):
        words = [
            _("{rows} rows were moved and compared.").format(rows=f"{given.rows:,}"),
            _("The server's files are kept in {folder}; delete them when you are sure.").format(folder=given.kept),
        ]
        return LanDone(_("This PC works alone again"), words, data, people=given.people, codes=given.codes)
    if isinstance(given, Upgraded):
        words = [
            _("PostgreSQL {now} is in the place of {was}.").format(now=given.now, was=given.was),
            _("The server's files of before are kept in {folder}; delete them when you are sure.").format(folder=given.kept),
        ]
        return LanDone(_("The office has a newer PostgreSQL"), words, data)
    return None
