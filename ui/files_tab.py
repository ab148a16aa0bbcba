"""The files of a record: dropped, pasted or chosen; opened with the program the system has for them, or saved elsewhere."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, QTemporaryDir, QUrl, Signal
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.application import Application
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.file_names import file_name
from crm_desktop.services import files
from crm_desktop.words import _
from ui import icons, theme
from ui.image_editor import picture_bytes
from ui.notices import Notices
from ui.tasks import Tasks
from ui.widgets.buttons import Button
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState

_FILE = Qt.ItemDataRole.UserRole
_ICONS = {".pdf": "document_pdf", ".xlsx": "document_table", ".xls": "document_table", ".csv": "document_table"} | dict.fromkeys(
    (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"), "image"
)


def size_words(size: int) -> str:
    """A size in bytes as people say it."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


class FilesTab(QWidget):
    """The list of files. `counted` tells how many there are."""

    counted = Signal(int)

    def __init__(self, app: Application, tasks: Tasks, notices: Notices, type_key: str, record_id: int) -> None:
        super().__init__()
        self.app, self.tasks, self.notices = app, tasks, notices
        self.type_key, self.record_id = type_key, record_id
        self.files: list[files.FileInfo] = []
        self._opened: QTemporaryDir | None = None
        self.may_change = app.actor.may(f"{type_key}.change")
        self.setAcceptDrops(self.may_change)
        self.list = QListWidget()
        self.list.setProperty("role", "plain")
        self.list.setAccessibleName(_("Files"))
        self.list.setIconSize(QSize(theme.size("icon"), theme.size("icon")))
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(lambda at: self.menu().popup(self.list.mapToGlobal(at)))
        self.list.itemActivated.connect(lambda item: self.open(item.data(_FILE)))
        self.setFocusProxy(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.size("gap"), 0, 0)
        column.setSpacing(theme.size("gap"))
        column.addLayout(self._bar())
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        text = _("Drop files here, or paste them with Ctrl+V. They are kept in the database.")
        self._stack.addWidget(EmptyState("attach", _("No files yet"), text))
        column.addLayout(self._stack, 1)

    def _bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.add_button = Button(_("Add files…"), "attach", clicked=self.choose)
        row.addWidget(self.add_button)
        if not self.may_change:
            self.add_button.hide()
        row.addWidget(Label(_("or drop and paste them here"), "faint"))
        row.addStretch(1)
        return row

    def refresh(self) -> None:
        """Read the list again."""
        self.tasks.run(partial(files.list_files, self.app, self.type_key, self.record_id), self._show, self.notices.error)

    def _show(self, found: list[files.FileInfo]) -> None:
        self.files = found
        self.list.clear()
        for info in reversed(found):
            added = f"{info.added_by} · {info.added_at.astimezone():%Y-%m-%d %H:%M}"
            icon = icons.icon(_ICONS.get(Path(info.name).suffix.lower(), "document"))
            item = QListWidgetItem(icon, f"{info.name}    {size_words(info.size)} · {added}")
            item.setData(_FILE, info)
            self.list.addItem(item)
        self._stack.setCurrentIndex(0 if found else 1)
        self.counted.emit(len(found))

    # Adding

    def choose(self) -> None:
        """Ask for files to add."""
        names, _kind = QFileDialog.getOpenFileNames(self, _("Add files"))
        self.add_paths([Path(n) for n in names])

    def add_paths(self, paths: list[Path]) -> None:
        """Attach files from a disk."""
        if paths and self.may_change:
            work = partial(_attach_paths, self.app, self.type_key, self.record_id, paths)
            self.tasks.run(work, lambda _none: self.refresh(), self._failed, owner=self, slow=True, title=_("Adding files"))

    def add_image(self, image: QImage) -> None:
        """Attach a picture from the clipboard."""
        if not image.isNull() and self.may_change:
            name = _("Picture {time}").format(time=f"{dt.datetime.now().astimezone():%Y-%m-%d %H%M%S}") + ".png"
            work = partial(files.attach, self.app, self.type_key, self.record_id, name, picture_bytes(image, "PNG"))
            self.tasks.run(work, lambda _info: self.refresh(), self._failed, owner=self)

    def _failed(self, error: BaseException) -> None:
        self.refresh()
        self.notices.error(error)

    def take_mime(self, data: QMimeData) -> None:
        """Attach what was pasted or dropped."""
        paths = [Path(u.toLocalFile()) for u in data.urls() if u.isLocalFile()]
        if paths:
            self.add_paths([p for p in paths if p.is_file()])
        elif data.hasImage():
            self.add_image(QImage(data.imageData()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take_mime(event.mimeData())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.take_mime(QGuiApplication.clipboard().mimeData())
        elif event.key() == Qt.Key.Key_Delete:
            self.remove()
        else:
            super().keyPressEvent(event)

    # What can be done with them

    def chosen(self) -> list[files.FileInfo]:
        """The selected files."""
        return [item.data(_FILE) for item in self.list.selectedItems()]

    def menu(self) -> QMenu:
        """What can be done with the selected files."""
        menu, chosen = QMenu(self), self.chosen()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        open_ = menu.addAction(icons.icon("open"), _("Open"), partial(self._each, self.open, chosen))
        save = menu.addAction(icons.icon("save"), _("Save as…"), partial(self._each, self.save_as, chosen))
        menu.addSeparator()
        remove = menu.addAction(icons.icon("delete"), _("Remove"), self.remove)
        for action in (open_, save, remove):
            action.setEnabled(bool(chosen) and (action is not remove or self.may_change))
        return menu

    @staticmethod
    def _each(do: Callable[[files.FileInfo], None], chosen: list[files.FileInfo]) -> None:
        for info in chosen:
            do(info)

    def open(self, info: files.FileInfo) -> None:
        """Open a copy with the system's program."""
        self.tasks.run(partial(files.read, self.app, info.id), partial(self._open_bytes, info.name), self.notices.error, owner=self)

    def _open_bytes(self, name: str, data: bytes) -> None:
        self._opened = self._opened or QTemporaryDir()
        # A folder of its own each time: the program that opened it before may still hold the file.
        path = Path(tempfile.mkdtemp(dir=self._opened.path())) / file_name(name, "file")
        path.write_bytes(data)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.notices.say(_("No program of this PC opens “{name}”. Save it instead.").format(name=name), icon="info")

    def save_as(self, info: files.FileInfo, path: Path | None = None) -> None:
        """Write a file where the person wants it."""
        if path is None:
            name, _kind = QFileDialog.getSaveFileName(self, _("Save as"), info.name)
            if not name:
                return
            path = Path(name)
        said = _("Saved: {name}").format(name=path.name)
        self.tasks.run(partial(_save, self.app, info.id, path), lambda _none: self.notices.say(said), owner=self)

    def remove(self) -> None:
        """Take the selected files off the record, after asking."""
        chosen = self.chosen()
        if not chosen or not self.may_change:
            return
        names = ", ".join(info.name for info in chosen[:3]) + ("…" if len(chosen) > 3 else "")
        if self.notices.ask(_("Remove “{names}” from this record?").format(names=names), yes=_("Remove"), danger=True):
            self.tasks.run(partial(_detach, self.app, [info.id for info in chosen]), lambda _none: self.refresh(), self._failed, owner=self)


def _attach_paths(app: Application, type_key: str, record_id: int, paths: list[Path]) -> None:
    for path in paths:
        files.attach(app, type_key, record_id, path.name, path.read_bytes())


def _detach(app: Application, ids: list[int]) -> None:
    for id_ in ids:
        files.detach(app, id_)


def _save(app: Application, file_id: int, path: Path) -> None:
    with whole_file(path) as part:
        part.write_bytes(files.read(app, file_id))
