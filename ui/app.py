"""From nothing to the window and back: the one place where Qt, the settings, the database and the screens are put together."""

from __future__ import annotations

import datetime as dt
import gc
import logging
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QObject, Qt, QTimer, QTranslator, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.error_report import keep_report, mark_seen, report_crash, unseen_reports
from crm_desktop.errors import KeyNeeded, Missing, Told
from crm_desktop.folders import settings_file
from crm_desktop.logging_setup import Logging, watch_uncaught
from crm_desktop.pinyin import initials
from crm_desktop.sample.removing import remove_sample
from crm_desktop.services import signing_in
from crm_desktop.services.custom_fields import FIELDS
from crm_desktop.services.opening import NewCompany, database_path, open_folder, reload_setup
from crm_desktop.services.search_all import search_everything
from crm_desktop.services.settings_store import settings_of
from crm_desktop.words import _, language, use_language
from ui.backup_hub import BackupHub
from ui.backup_keeper import BackupKeeper
from ui.collector import Collector
from ui.encryption_hub import EncryptionHub
from ui.help_keeper import HelpKeeper
from ui.help_pages import NEWS
from ui.import_keeper import ImportKeeper
from ui.lan_hub import LanHub
from ui.link_keeper import LinkKeeper
from ui.lock_keeper import LockKeeper
from ui.log_keeper import LogKeeper
from ui.main_window import MainWindow
from ui.notices import Notices, log_qt_messages
from ui.opening_files import FileOpener
from ui.screens.all_screens import all_screens
from ui.screens.first_data import fill_with_sample
from ui.screens.welcome import Welcome, WelcomeAnswer
from ui.sign_in_door import Door
from ui.single_copy import SingleCopy
from ui.start_watch import StartWatch
from ui.theme import Wardrobe
from ui.update_keeper import UpdateKeeper
from ui.watchdog import Watchdog

log = logging.getLogger(__name__)
_STARTED = 3000  # milliseconds after which everything that stays for good is there
_SET_UP = frozenset({"options", "units", "users", "departments", FIELDS})
_AFTER_SET_UP = 200  # milliseconds of quiet before what was set up is read again


class Program(QObject):
    """The running program: which window is shown, and what it stands on."""

    _set_up_saved = Signal()

    def __init__(self, qt: QApplication, data: Path, language_code: str = "", *, safe: bool = False) -> None:
        super().__init__(qt)
        self._qt, self.data, self._forced, self._safe = qt, data, language_code, safe
        self.settings = s.Settings({s.Scope.PC: s.FileStorage(settings_file(data))})
        self.wardrobe = Wardrobe(qt)
        self.app: Application | None = None
        self.window: QWidget | None = None
        self.backups = BackupHub(self, self)
        self.lan = LanHub(self, self)
        self.encryption = EncryptionHub(self, self)
        self.door = Door(self)
        self.files = FileOpener(self, self)
        self._started = False
        self.collector: Collector | None = None
        self._translator = QTranslator(self)
        self._set_up_later = QTimer(self, singleShot=True, interval=_AFTER_SET_UP)
        self._set_up_later.timeout.connect(self._reload_set_up)
        self._set_up_saved.connect(self._set_up_later.start, Qt.ConnectionType.QueuedConnection)

    def start(self, said: str = "") -> None:
        """Show the window, the page where one signs in, or the welcome where there is no database yet."""
        self._speak()
        self.wardrobe.wear(self.settings.get(s.THEME), self.settings.get(s.FONT_SIZE))
        if self.lan.joined():
            self.lan.open_office(said)
            return
        if not database_path(self.data).exists():
            self._welcome()
            return
        try:
            self._arrive(open_folder(self.data), said)
        except Missing:
            self._welcome()
        except KeyNeeded as error:
            self.encryption.ask(error)
        except Told as error:
            self._cannot_open(error)

    def _cannot_open(self, error: Told) -> None:
        """Tell it without a window, there is none yet, and offer the last backup."""
        holder = self.window or QWidget()
        restore, leave = _("Restore a backup…"), _("Quit")
        notices = Notices(holder, self.data / "logs")
        if notices.ask(error.message, error.advice, yes=restore, no=leave):
            wizard = self.backups.wizard(holder)
            wizard.rejected.connect(partial(self._qt.exit, 1))
            self.window = self.window or holder
        else:
            QTimer.singleShot(0, self, partial(self._qt.exit, 1))

    def speak(self) -> None:
        """Use the language that is set on this PC, in the words of Qt as well."""
        self._forced = ""
        self._speak()

    def _speak(self) -> None:
        use_language(self._forced or s.language_in_use(self.settings))
        self._qt.removeTranslator(self._translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(f"qtbase_{language()}", folder):
            self._qt.installTranslator(self._translator)

    def _welcome(self) -> None:
        welcome = Welcome()
        HelpKeeper(welcome)
        welcome.answered.connect(self._begin)
        welcome.restore_wanted.connect(partial(self.backups.wizard, welcome))
        welcome.join_wanted.connect(partial(self.lan.join, welcome))
        self.show(welcome)

    def _begin(self, answer: WelcomeAnswer) -> None:
        self._forced = ""
        try:
            app = open_folder(self.data, create=NewCompany(answer.company, answer.person, answer.language))
        except Told as error:
            Notices(self.window or QWidget(), self.data / "logs").error(error)
            return
        self.settings.set(s.LANGUAGE, answer.language)
        self._enter(app)
        if answer.start == "sample" and isinstance(self.window, MainWindow):
            fill_with_sample(self.window)
        elif answer.start == "import" and isinstance(self.window, MainWindow):
            self.window.open_list("customers")
            self.window.open_screen("import")

    def _arrive(self, app: Application, said: str = "") -> None:
        """Let somebody sign in where that is needed. said: why, where it is asked again."""
        if signing_in.needed(app) and not self.door.opens_by_itself(app):
            self.app = app
            self.door.show(app, said)
        else:
            self._enter(app)

    def _enter(self, app: Application) -> None:
        self.app = app
        if self.lan.follows(app):
            return
        self.settings = settings_of(app)
        self.settings_changed = self.settings.listen(self._set)
        app.changes.listen(self._heard_change)
        self._speak()
        self._open_window()

    def _open_window(self) -> None:
        assert self.app is not None
        if self._safe:
            forget_layout(self.settings)
            self._safe = False
        window = MainWindow(
            self.app, self.settings, all_screens(), self.wardrobe,
            search=partial(search_everything, self.app), initials=initials, log_folder=self.data / "logs",
        )  # fmt: skip
        window.status.set_database(_("This PC"), tip=str(database_path(self.data)))
        self.backups.serve(window)
        self.lan.serve(window)
        self.encryption.serve(window)
        BackupKeeper(window)
        LogKeeper(window)
        ImportKeeper(window)
        LockKeeper(window, self.door)
        LinkKeeper(window)
        update, manual = UpdateKeeper(window), HelpKeeper(window)
        update.news_wanted.connect(partial(manual.open, NEWS))
        window.reopen.connect(self._reopen)
        window.sample_unwanted.connect(self._remove_sample, Qt.ConnectionType.QueuedConnection)
        self.show(window)
        self._tell_of_reports(window)
        if not self._started:
            self._started = True
            StartWatch(window)
        # Python looks through everything it holds now and then: 80 ms in which nothing moves. What is there for good need not be looked at.
        QTimer.singleShot(_STARTED, self, self._tidy_from_now_on)

    def _heard_change(self, change: Change) -> None:  # on the thread that saved
        if change.type in _SET_UP:
            self._set_up_saved.emit()

    def _reload_set_up(self) -> None:
        app, window = self.app, self.window
        if app is not None and isinstance(window, MainWindow) and not window.tasks.closed:
            work = partial(_options_changed, app)
            window.tasks.run(work, lambda other: window.set_up_changed(choices=other), owner=window)

    def _set(self, names: frozenset[str]) -> None:
        """Follow what was changed in the settings."""
        if names & {s.THEME.name, s.FONT_SIZE.name}:
            self.wardrobe.wear(self.settings.get(s.THEME), self.settings.get(s.FONT_SIZE))
        if names & {s.COMPANY_NAME.name, s.COMPANY_SHORT_NAME.name} and isinstance(self.window, MainWindow):
            self.window.refresh_company()

    def start_again(self, said: str = "") -> None:
        """Close the data and open them anew, so that somebody else can sign in and finds nothing that was read for the one before."""
        self.backups.end()
        self.lan.end()
        if self.app is not None:
            self.app.close()
            self.app = None
        self.settings = s.Settings({s.Scope.PC: s.FileStorage(settings_file(self.data))})
        self.start(said)

    def _reopen(self) -> None:
        """The same window anew, in the language that is now set; refused while something unsaved stays open."""
        if self.leave():
            self._forced = ""
            self._speak()
            self._open_window()

    def _remove_sample(self) -> None:
        """Take the sample company away, after asking, and begin anew with an empty company."""
        app, window = self.app, self.window
        if app is None or not isinstance(window, MainWindow):
            return
        question = _("Remove the sample company?")
        details = _(
            "Everything that is here goes, also what you added yourself: customers, documents, people. You, the company data and the "
            "settings stay. The file with the sample is kept beside the data."
        )
        if not window.notices.ask(question, details, yes=_("Remove"), danger=True) or not self.leave():
            return
        self.backups.end()
        self.app = None
        try:
            remove_sample(app).close()
        except Told as error:
            window.notices.error(error)
        app.close()
        self.start_again()

    def leave(self) -> bool:
        """Close the window but go on with the next; False when something unsaved stays open."""
        self._qt.setQuitOnLastWindowClosed(False)  # between two windows there is none
        window = self.window
        if isinstance(window, MainWindow):
            window.leaving = True
        left = window is None or window.close()
        if not left:
            self._qt.setQuitOnLastWindowClosed(True)
            if isinstance(window, MainWindow):
                window.leaving = False
        return left

    def show(self, window: QWidget) -> None:
        """Make this the window of the program."""
        old, self.window = self.window, window
        window.show()
        self._qt.setQuitOnLastWindowClosed(True)
        if old is not None:
            old.close()
            old.deleteLater()
        QTimer.singleShot(0, self.files, self.files.look)

    def tell(self, error: BaseException) -> None:
        """Tell of an error that nobody caught, from any thread; it is in the log already. This may be the end: a report is kept."""
        logs = self.data / "logs"
        keep_report(error, logs, dt.datetime.now().astimezone())
        if isinstance(self.window, MainWindow):
            self.window.notices.error_from_any_thread(error)
            mark_seen(logs)

    def come_to_front(self, paths: list[str]) -> None:
        """Another start of the program wanted this window, and the files it was given opened in it."""
        window = QApplication.activeModalWidget() or self.window
        if window is not None:
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.show()
            window.raise_()
            window.activateWindow()
        for path in paths:
            self.files.open(Path(path))

    def _tell_of_reports(self, window: MainWindow) -> None:
        """The program ended by a mistake of its own last time: say where the report lies, once."""
        logs = self.data / "logs"
        if found := unseen_reports(logs):
            mark_seen(logs)
            show = partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(found[-1].parent)))
            said = _("The program ended by a mistake last time. What was saved is safe; a report without business data is kept.")
            window.notices.say(said, _("Show the report"), show, "warning")

    def _tidy_from_now_on(self) -> None:
        gc.freeze()
        if self.collector is not None:  # nothing is collected while the program starts, see crm_desktop/cli/care.py
            self.collector.start()

    def end(self) -> None:
        """Let go of everything."""
        self.backups.end()
        self.lan.end()
        if self.app is not None:
            self.door.tell_end(self.app)
            self.app.close()


def _options_changed(app: Application) -> bool:
    """Read record types and choices again; says whether the choices are other ones now."""
    before = app.options
    reload_setup(app)
    return app.options != before


def forget_layout(settings: s.Settings) -> None:
    """A safe start: the window as on the first day, without the tabs it had."""
    kept = (s.WINDOW_GEOMETRY, s.OPEN_TABS, s.CURRENT_TAB, s.NAVIGATION_NARROW)
    settings.set_many({setting: setting.default for setting in kept})


def _goes_on_elsewhere(copy: SingleCopy, data: Path, language_code: str, opened: Path | None) -> bool:
    """Whether a copy that runs already has come to the front, or the person wants no second one beside one that does not answer."""
    if copy.claim() or copy.hand_over([opened] if opened else []):
        return not copy.first
    use_language(language_code or s.language_in_use(s.Settings({s.Scope.PC: s.FileStorage(settings_file(data))})))
    question = _("The program is open already, but it does not answer. Open another window?")
    details = _("It may be busy. To end it by force, use the Task Manager; what was saved is safe.")
    return not Notices(QWidget()).ask(question, details, yes=_("Open another window"))


def run_window(data: Path, language_code: str | None = None, opened: Path | None = None, *, safe: bool = False) -> int:
    """Open the program on a data folder; answers the exit code. opened: a file it was started with; safe: without the layout it had."""
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("CRM Desktop")
    copy = SingleCopy(data)
    if _goes_on_elsewhere(copy, data, language_code or "", opened):
        return 0
    report_crash(data / "logs", dt.datetime.now().astimezone())
    logs = Logging(data / "logs")
    log_qt_messages()
    watchdog = Watchdog()
    program = Program(qt, data, language_code or "", safe=safe)
    program.collector = Collector(program)
    copy.asked.connect(program.come_to_front)
    watch_uncaught(program.tell)
    try:
        program.start()
        if opened is not None:
            program.files.open(opened)
        return qt.exec() if program.window is not None else 1
    finally:
        copy.close()
        watchdog.close()
        program.end()
        logs.close()
