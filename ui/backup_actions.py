"""What can be done with backups that are selected: try them, copy them elsewhere, keep them, delete them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QCursor, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from backups import drives, passphrase
from backups.catalogue import Backup, mark_keep
from backups.create import copy_backup
from backups.framing import WrongPassphrase
from backups.keeping import verify_and_mark
from crm_desktop.errors import Told, Unavailable
from crm_desktop.progress import Progress
from crm_desktop.words import _, ngettext
from ui import backup_words as words
from ui import icons
from ui.backup_ejecting import say_removable
from ui.backup_passphrase import ask_passphrase
from ui.shell import Shell

ON_DRIVE = "CRM backups"
"""The folder for backups on a drive."""


class Listed(Protocol):
    """A backup in the list."""

    @property
    def backup(self) -> Backup: ...

    @property
    def is_last_good(self) -> bool: ...


class BackupActions(QObject):
    """Actions on the selection of the list of backups."""

    def __init__(self, shell: Shell, parent: QWidget) -> None:
        super().__init__(parent)
        self._shell, self._widget = shell, parent

    # Try

    def verify(self, entries: Sequence[Listed], word: str | None = None) -> None:
        """Restore each for trial; one whose passphrase is not known asks for it."""
        data = self._shell.app.data
        files = [(e.backup.path, words.encrypted(e.backup)) for e in entries]

        def work(progress: Progress) -> list[tuple[Path, Told | None]]:
            return [(path, _tried(path, secret, data, word, progress)) for path, secret in files]

        self._run(work, partial(self._verified, entries), _("Trying the backup"))

    def _verified(self, entries: Sequence[Listed], found: list[tuple[Path, Told | None]]) -> None:
        self._look_again()
        locked = {path for path, error in found if isinstance(error, WrongPassphrase)}
        bad = [(path, error) for path, error in found if error is not None and path not in locked]
        if bad:
            self._shell.notices.inform(f"{bad[0][0].name}: {bad[0][1].message}", bad[0][1].advice)
        elif not locked:
            count = len(found)
            text = ngettext("The backup is good.", "All {count} backups are good.", count).format(count=count)
            self._shell.notices.say(text, icon="checkmark_circle")
        if locked:
            error = next(e for path, e in found if path in locked)
            word = ask_passphrase(self._widget, _("The passphrase of the backup"), error.message if error else "")
            if word:
                self.verify([e for e in entries if e.backup.path in locked], word)

    # Copy

    def copy(self, entries: Sequence[Listed]) -> None:
        """Ask where to: the drives that are plugged in, or any folder."""
        if entries:
            show = partial(self._offer_places, [e.backup.path for e in entries])
            self._shell.tasks.run(drives.connected, show, owner=self)

    def _offer_places(self, files: list[Path], found: list[drives.Drive]) -> None:
        menu = QMenu(self._widget)
        for drive in found:
            if drive.removable:
                text = _("USB drive “{name}”").format(name=drive.label)
                action = menu.addAction(icons.icon("storage"), text)
                action.triggered.connect(lambda _on=False, drive=drive: self.copy_to(files, drive.root / ON_DRIVE, drive))
        action = menu.addAction(icons.icon("folder_open"), _("A folder…"))
        action.triggered.connect(lambda _on=False: self._ask_folder(files))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    def _ask_folder(self, files: list[Path]) -> None:
        chosen = QFileDialog.getExistingDirectory(self._widget, _("Copy the backup to"))
        if chosen:
            self.copy_to(files, Path(chosen))

    def copy_to(self, files: list[Path], folder: Path, drive: drives.Drive | None = None) -> None:
        """Copy, compare byte for byte, and flush before a drive is called safe to remove."""

        def work(progress: Progress) -> list[Path]:
            made = [copy_backup(file, folder, progress) for file in files]
            if drive is not None:
                drives.settle(folder)
            return made

        self._run(work, partial(self._copied, folder, drive), _("Copying the backup"))

    def _copied(self, folder: Path, drive: drives.Drive | None, made: list[Path]) -> None:
        self._look_again()
        if drive is not None:
            say_removable(self._shell, drive.label, drive.root, self)
        else:
            text = ngettext("Copied and compared.", "{count} backups copied and compared.", len(made)).format(count=len(made))
            self._shell.notices.say(text, _("Open folder"), partial(_open, folder), "checkmark_circle")

    # Keep, delete, find

    def keep(self, entries: Sequence[Listed]) -> None:
        """Mark them to be kept for ever, or no longer where all of them are."""
        keep = not all(e.backup.keep for e in entries)
        files = [e.backup.path for e in entries]

        def work() -> None:
            with _disk():
                for file in files:
                    mark_keep(file, keep)

        self._shell.tasks.run(work, lambda _nothing: self._look_again(), owner=self)

    def delete(self, entries: Sequence[Listed]) -> None:
        """Delete files after asking; the last good one of a place stays whatever is asked."""
        chosen = [e for e in entries if not e.is_last_good]
        if not chosen:
            if entries:
                self._shell.notices.say(_("The last good backup of a place is never deleted."), icon="info")
            return
        count = len(chosen)
        question = ngettext("Delete this backup?", "Delete {count} backups?", count).format(count=count)
        details = [_("The file is gone for good; it does not go to the recycle bin.")]
        if count == 1:
            details.insert(0, f"{words.made(chosen[0].backup)} · {chosen[0].backup.path.name}")
        if any(e.backup.keep for e in chosen):
            details.append(_("It is marked to be kept."))
        if len(chosen) < len(entries):
            details.append(_("The last good backup of a place is never deleted."))
        if self._shell.notices.ask(question, "\n".join(details), yes=_("Delete"), danger=True):
            files = [e.backup.path for e in chosen]
            self._shell.tasks.run(partial(_delete, files), self._deleted, self._not_deleted, owner=self)

    def _deleted(self, count: int) -> None:
        self._look_again()
        text = ngettext("{count} backup deleted", "{count} backups deleted", count)
        self._shell.notices.say(text.format(count=count), icon="delete")

    def _not_deleted(self, error: BaseException) -> None:
        self._look_again()
        self._shell.notices.error(error)

    def open_folder(self, entries: Sequence[Listed]) -> None:
        """Show the folder of the first one as the system shows folders."""
        if entries:
            _open(entries[0].backup.path.parent)

    # Means

    def _look_again(self) -> None:
        self._shell.backup_news.wanted.emit("look")

    def _run(self, work: Callable[[Progress], Any], done: Callable[[Any], None], title: str) -> None:
        self._shell.tasks.run(work, done, title=title, slow=True, owner=self, cancelled=self._look_again)


def _tried(path: Path, secret: bool, data: Path, word: str | None, progress: Progress) -> Told | None:
    """What is wrong with a backup; None when it is good."""
    try:
        verify_and_mark(path, data, (word or passphrase.stored(data)) if secret else None, progress)
    except Unavailable:
        raise  # the disk is full: that says nothing about the backup
    except Told as error:
        progress.check_cancelled()
        return error
    return None


@contextmanager
def _disk() -> Iterator[None]:
    """What a disk has against it, in words."""
    try:
        yield
    except OSError as error:
        advice = _("Check whether it is connected and not write-protected.")
        raise Unavailable(_("The place of the backup cannot be written to."), advice) from error


def _delete(files: Sequence[Path]) -> int:
    with _disk():
        for file in files:
            file.unlink(missing_ok=True)
    return len(files)


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
