"""What the program does with backups as a whole: the wizard over its window, the restore in its place, the windows that look into one."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from backups import drives, passphrase
from backups.framing import WrongPassphrase
from backups.looking import Looked, look_into
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Refused, Told
from crm_desktop.folders import settings_file
from crm_desktop.progress import Progress
from crm_desktop.settings import Settings
from crm_desktop.words import _, language
from ui.backup_look import LookWindow
from ui.backup_news import BACKUP, RESTORE
from ui.backup_passphrase import ask_passphrase
from ui.backup_restoring import Restoring
from ui.lock_dialog import LockDialog
from ui.main_window import MainWindow
from ui.notices import Notices
from ui.screens.restore import RestoreWish, RestoreWizard
from ui.screens.restore_look import EVERYTHING
from ui.tasks import Tasks
from ui.theme import Wardrobe

log = logging.getLogger(__name__)


class Running(Protocol):
    """The program as this file sees it."""

    data: Path
    settings: Settings
    wardrobe: Wardrobe
    app: Application | None
    window: QWidget | None

    def leave(self) -> bool:
        """Close the window but go on; False when something unsaved stays open."""

    def show(self, window: QWidget) -> None:
        """Make this the window of the program."""

    def start(self) -> None:
        """Open what is in the data folder now."""


class BackupHub(QObject):
    """One for the program, whatever window it shows."""

    def __init__(self, program: Running, parent: QObject) -> None:
        super().__init__(parent)
        self._program = program
        self._tasks: Tasks | None = None  # where there is no window of the program's own yet
        self.looking: list[LookWindow] = []
        self._restored_from: tuple[RestoreWish, Path | None] | None = None  # until there is a window to tell it in

    def serve(self, window: MainWindow) -> None:
        """Do what the screens of a window ask for."""
        window.backup_wanted.connect(self._wanted)
        window.closed.connect(self.close_looking)
        if self._restored_from is not None:
            wish, kept = self._restored_from
            self._restored_from = None
            QTimer.singleShot(0, window, partial(self._tell_restored, window, wish, kept))

    def wizard(self, parent: QWidget, file: Path | None = None) -> RestoreWizard:
        """Open the restore wizard over a window."""
        program, own = self._program, isinstance(parent, MainWindow)
        notices = parent.notices if isinstance(parent, MainWindow) else Notices(parent, program.data / "logs")
        tasks = parent.tasks if isinstance(parent, MainWindow) else self._own_tasks(notices)
        made = RestoreWizard(parent, tasks, notices, program.data, program.settings, program.app if own else None)
        made.decided.connect(self._decided)
        if file is not None:
            made.start_with(file)
        made.open()
        return made

    def look(self, file: Path, word: str | None = None, *, single: bool = False) -> None:
        """Look into a backup in a window of its own, beside the one at work."""
        window, app = self._program.window, self._program.app
        if not isinstance(window, MainWindow) or app is None:
            return

        def work(progress: Progress) -> Looked:
            return look_into(file, app.data, app.actor, word or passphrase.stored(app.data), progress)

        opened, failed = partial(self._opened, window, single), partial(self._locked, window, file, single)
        window.tasks.run(work, opened, failed, title=_("Opening the backup"), slow=True, owner=window)

    def close_looking(self) -> None:
        """Close the windows that look into backups."""
        for window in list(self.looking):
            window.close()

    def end(self) -> None:
        """Let go of everything."""
        self.close_looking()
        if self._tasks is not None:
            self._tasks.close()
            self._tasks = None

    def _own_tasks(self, notices: Notices) -> Tasks:
        if self._tasks is None:
            self._tasks = Tasks(notices.error, self)
        return self._tasks

    def _wanted(self, file: Path | None, what: str) -> None:
        window, app = self._program.window, self._program.app
        if not isinstance(window, MainWindow) or app is None:
            return
        try:
            app.actor.require(RESTORE)
        except Refused as error:
            window.notices.error(error)
            return
        if what == "look" and file is not None:
            self.look(file)
        else:
            self.wizard(window, file)

    def _decided(self, wish: RestoreWish) -> None:
        # Later: the wizard that tells of it is a child of the window that goes.
        if wish.what == EVERYTHING:
            QTimer.singleShot(0, self, partial(self.restore, wish))
        else:
            self.look(wish.file, wish.passphrase, single=wish.what != "look")

    # Everything back

    def restore(self, wish: RestoreWish) -> None:
        """Put a backup in the place of what is open, which is closed first; unsaved forms are asked."""
        program = self._program
        if isinstance(program.window, MainWindow) and not program.leave():
            return
        self.end()
        if program.app is None:  # the language chosen on the first screen; a backup knows nothing of this PC
            program.settings.set(s.LANGUAGE, language())
        window = Restoring(wish, program.data, program.settings, program.app)
        window.ended.connect(partial(self._restored, wish))
        program.show(window)
        window.start()

    def _restored(self, wish: RestoreWish, kept: Path | None, error: BaseException | None) -> None:
        program = self._program
        if error is None:  # somebody may have to sign in before there is a window
            self._restored_from = wish, kept
        if program.app is not None:
            program.app.close()
            program.app = None
        program.settings = Settings({s.Scope.PC: s.FileStorage(settings_file(program.data))})  # the person's are other ones now
        program.start()
        window = program.window
        if error is not None and window is not None:
            notices = window.notices if isinstance(window, MainWindow) else Notices(window, program.data / "logs")
            notices.error(error)

    def _tell_restored(self, window: MainWindow, wish: RestoreWish, kept: Path | None) -> None:
        said = _("Restored. Everything is as it was when the backup was made.")
        if kept:
            window.notices.say(said, _("Show what was here before"), partial(window.open_screen, "backups"), "checkmark_circle")
        else:  # a new PC does not know yet where its backups go
            window.tasks.run(partial(_stick_with, wish.file), partial(self._offer_stick, window, said), owner=window)
        if wish.passphrase:
            data, ask = window.app.data, partial(self._ask_to_keep, window, wish.passphrase)
            window.tasks.run(lambda: passphrase.problem() or passphrase.stored(data), ask, owner=window)

    def _offer_stick(self, window: MainWindow, said: str, stick: drives.Drive | None) -> None:
        """What came from a stick can be kept on it from now on, as it was before."""
        if stick is None or not window.app.actor.may(BACKUP):
            window.notices.say(said, icon="checkmark_circle")
            return
        use = partial(window.open_screen, "backup-setup", drive=str(stick.root))
        window.notices.say(said, _("Keep backups on “{name}”…").format(name=stick.label), use, "checkmark_circle")

    def _ask_to_keep(self, window: MainWindow, word: str, known: str | None) -> None:
        """A new PC knows no passphrase: without it, its own backups would no longer be encrypted, and nobody would notice."""
        if known:
            return
        question = _("Encrypt the backups of this PC as well?")
        details = _("The passphrase you typed is kept in the credential store of this PC.")
        if window.notices.ask(question, details, yes=_("Encrypt"), no=_("Not now")):

            def stored(_none: None) -> None:
                window.settings.set(s.BACKUP_ENCRYPT, True)
                window.notices.say(_("Saved"))

            window.tasks.run(partial(passphrase.store, window.app.data, word), stored, owner=window)

    # Looking into one

    def _opened(self, window: MainWindow, single: bool, looked: Looked) -> None:
        if isinstance(QApplication.activeModalWidget(), LockDialog):  # nothing comes to light while everything is covered
            looked.close()
            return
        made = LookWindow(window, looked, self._program.wardrobe, single=single)
        made.closed.connect(lambda: self.looking.remove(made) if made in self.looking else None)
        self.looking.append(made)
        made.show()

    def _locked(self, window: MainWindow, file: Path, single: bool, error: BaseException) -> None:
        if not isinstance(error, WrongPassphrase):
            window.notices.error(error)
            return
        word = ask_passphrase(window, _("The passphrase of the backup"), error.message if isinstance(error, Told) else "")
        if word:
            self.look(file, word, single=single)


def _stick_with(file: Path) -> drives.Drive | None:
    """The drive that can be pulled out on which a file lies. Called on a worker."""
    return next((d for d in drives.connected() if d.removable and d.root in file.parents), None)
