"""A newer version of the program: a bar above the page says that there is one, and a click puts it in the place of this one.

It comes from the office's folder or from a stick, never from the internet. Before it runs, its checksum is compared and, where this PC
keeps the data, a backup is made; what is not saved is asked for as when the program ends.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QFileDialog

import crm_desktop
from backups import drives, running
from crm_desktop import installers
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.installers import Installer
from crm_desktop.lan import connection as ways
from crm_desktop.progress import Progress
from crm_desktop.services import updates
from crm_desktop.services.updates import Update
from crm_desktop.settings import Settings
from crm_desktop.words import _
from ui import theme
from ui.commands import Command
from ui.main_window import MainWindow
from ui.widgets.panels import Banner

log = logging.getLogger(__name__)
_FIRST, _EVERY = 45_000, 3_600_000  # milliseconds: when the start is over, then every hour


class UpdateKeeper(QObject):
    """Looks for newer versions while one window is open. run: starts a setup program."""

    news_wanted = Signal()
    """Somebody wants to read what the version that runs now has brought."""

    def __init__(self, window: MainWindow, run: Callable[[Path], None] = installers.start) -> None:
        super().__init__(window)
        self._window, self._run = window, run
        self.banner: Banner | None = None
        self._shown = ""
        self._setup: Path | None = None
        self.can_run = installers.can_run()
        window.update_wanted.connect(self.ask)
        if window.app.actor.may(updates.SETTINGS):
            window.offer(
                [
                    Command(
                        "offer-update", _("Offer a newer version to the office…"), "arrow_upload", self.choose_offer, "", _("Window"),
                        also=("update", "offer"),
                    ),
                    Command(
                        "withdraw-update", _("Withdraw the offered version"), "dismiss", self.withdraw, "", _("Window"),
                        also=("update",), hidden=True,
                    ),
                ]
            )  # fmt: skip
        self._tell_what_is_new()
        window.closed.connect(self._closed)
        QTimer.singleShot(_FIRST, self, self.look)
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    # Finding

    def look(self) -> None:
        """Say it where there is one, and nothing where there is none."""
        self._window.tasks.run(partial(_find, self._window.app), self._found, self._failed, owner=self)

    def ask(self) -> None:
        """Somebody wants to know: say so in either case, and let a file be chosen."""
        self._shown = ""
        self._window.tasks.run(partial(_find, self._window.app), self._answer, owner=self)

    def _answer(self, update: Update | None) -> None:
        if update is not None:
            self._found(update)
            return
        said = _("Version {version} is the newest that is known here.").format(version=crm_desktop.__version__)
        self._window.notices.say(said, _("Choose a file…"), self.choose)

    def choose(self) -> None:
        """Take a setup program from wherever somebody has put it."""
        kinds = _("Setup programs") + " (CRM-Desktop-*.exe)"
        name, _kind = QFileDialog.getOpenFileName(self._window, _("Choose a setup program"), "", kinds)
        if name:
            self.take_file(Path(name))

    def take_file(self, file: Path) -> None:
        """The same with a file that is known."""
        self._window.tasks.run(partial(_look_at, file), self._found, title=_("Checking the setup program"), slow=True, owner=self)

    # Offering

    def choose_offer(self) -> None:
        """Let the administrator choose the setup program that the whole office gets."""
        kinds = _("Setup programs") + " (CRM-Desktop-*.exe)"
        name, _kind = QFileDialog.getOpenFileName(self._window, _("Which version does the office get?"), "", kinds)
        if name:
            self.offer_file(Path(name))

    def offer_file(self, file: Path) -> None:
        """Check it, copy it to where every PC looks, and offer it, after one question."""
        window, found = self._window, installers.named(file)
        version = found.version if found is not None else file.name
        words = _("It is checked and copied to where every PC of the office looks. Each PC then shows a bar that offers it.")
        if window.notices.ask(_("Offer version {version} to the office?").format(version=version), words, yes=_("Offer")):
            work = partial(updates.offer, window.app, file)
            window.tasks.run(work, self._offered, title=_("Offering the setup program"), slow=True, owner=self)

    def _offered(self, made: Installer) -> None:
        said = _("Version {version} is offered. It lies in {file}.").format(version=made.version, file=made.file)
        self._window.notices.say(said, _("Withdraw"), self.withdraw)
        self.look()

    def withdraw(self) -> None:
        """Offer nothing any more."""
        self._window.tasks.run(partial(updates.withdraw, self._window.app), self._withdrawn, owner=self)

    def _withdrawn(self, version: str) -> None:
        if self.banner is not None:
            self.banner.hide()
        self._shown = ""
        said = _("Version {version} is offered no more.").format(version=version) if version else _("Nothing was offered.")
        self._window.notices.say(said)

    # After an update

    def _tell_what_is_new(self) -> None:
        """The first start of a newer version says so once, and leads to the list of changes."""
        settings, before = self._window.settings, self._window.settings.get(s.LAST_VERSION)
        if before == crm_desktop.__version__:
            return
        settings.set(s.LAST_VERSION, crm_desktop.__version__)
        if before and installers.is_newer(crm_desktop.__version__, before):
            text = _("This is version {version} now.").format(version=crm_desktop.__version__)
            self._say(text, _("What is new"), self.news_wanted.emit, name="new-version")

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, Told):
            self._window.notices.error(error)
            return
        log.info("Nothing is known of newer versions: %s", error)

    def _found(self, update: Update | None) -> None:
        if update is None or update.version == self._shown or self._window.tasks.closed:
            return
        self._shown = update.version
        text = _("Version {version} of the program is here.").format(version=update.version)
        if update.by:
            text += " " + _("{name} has offered it to the office.").format(name=update.by)
        if update.installer is None:
            text += " " + _("Its setup program cannot be reached now; it should be in {place}.").format(place=update.place or "–")
        elif not self.can_run:
            text += " " + _("This copy was not installed: unpack the new portable zip over it. {place}").format(place=update.place)
        ready = update.installer is not None and self.can_run
        self._say(text, _("Update now…") if ready else "", partial(self.update, update))

    def _say(self, text: str, action: str, do: Callable[[], None], name: str = "update") -> None:
        if self.banner is not None:
            self.banner.hide()
            self.banner.deleteLater()
        self.banner = Banner(text, "accent", action, do if action else None, closable=True)
        self.banner.setObjectName(name)
        middle = self._window.centralWidget()
        layout = middle.layout() if middle is not None else None
        if isinstance(layout, QBoxLayout):
            layout.insertWidget(1, self.banner)
        theme.restyle(self.banner)

    # Updating

    def update(self, update: Update) -> None:
        """Put it in the place of this program, after one question."""
        window = self._window
        words = [_("The program closes, and opens again when it is done; that takes about a minute.")]
        if _keeps_data(window.app):
            words.insert(0, _("A backup is made first."))
        question = _("Update to version {version} now?").format(version=update.version)
        if window.notices.ask(question, " ".join(words), yes=_("Update")):
            work = partial(_prepare, window.app, window.settings, update)
            window.tasks.run(work, self._prepared, title=_("Preparing the update"), slow=True, owner=self)

    def _prepared(self, setup: Path) -> None:
        self._setup = setup
        if not self._window.close():  # something unsaved stays open
            self._setup = None

    def _closed(self) -> None:
        setup, self._setup = self._setup, None
        if setup is not None:
            try:
                self._run(setup)
            except Told as error:
                self._window.notices.error(error)


def _find(app: Application) -> Update | None:  # on a worker, like what follows
    installers.forget(updates.fetched_folder(app))
    return updates.check(app, [drive.root for drive in drives.connected() if drive.removable])


def _look_at(file: Path, progress: Progress) -> Update:
    found = installers.look_at(file, progress)
    return Update(found.version, found, str(file.parent))


def _keeps_data(app: Application) -> bool:
    office = ways.kept(app.data)
    return office is None or office.part == ways.HOST


def _prepare(app: Application, settings: Settings, update: Update, progress: Progress) -> Path:
    setup = updates.fetch(app, update, progress)
    if _keeps_data(app):
        running.back_up(app, settings, "migration", progress)
    return setup
