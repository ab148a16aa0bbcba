"""A picture in a form: chosen from a file, pasted or dropped, and shown small."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageWriter,
    QKeyEvent,
    QKeySequence,
    QPixmap,
)
from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from crm_desktop.draft import Ref
from crm_desktop.records.record_type import Field
from crm_desktop.services.files import keep_picture, picture
from crm_desktop.words import _
from ui import theme
from ui.editor_base import Around, Editor
from ui.widgets.buttons import Button

_LARGEST_SIDE = 1600  # pixels; more only makes the database larger
_SIDE = 96


class _Frame(QLabel):
    """The picture, or the place for one; takes drops and Ctrl+V."""

    def __init__(self, editor: ImageEditor) -> None:
        super().__init__()
        self._editor = editor
        side = theme.current().px(_SIDE)
        self.setFixedSize(side, side)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("role", "picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self._editor.paste()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._editor.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_F4):
            self._editor.choose()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasImage() or event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self._editor.take_mime(event.mimeData())


class ImageEditor(Editor):
    """A picture kept in the database. The value is a Ref to its content."""

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        self._value: Ref | None = None
        self._problem = ""
        self.frame = _Frame(self)
        self.use(self.frame)
        buttons = QVBoxLayout()
        buttons.setSpacing(4)
        tip = _("Choose a picture; it can also be dropped or pasted here")
        self.pick = Button(_("Choose…"), "image", kind="flat", clicked=self.choose, tip=tip)
        self.remove = Button(_("Remove"), "delete", kind="flat", clicked=self.clear)
        for button in (self.pick, self.remove):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys in the picture do the same; Tab would go astray here
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.row.setStretch(0, 0)
        self.row.setSpacing(theme.size("gap"))
        self.row.addLayout(buttons)
        self.row.addStretch(1)
        self.remove.hide()

    def value(self) -> Any:
        if self._problem:
            raise ValueError(self._problem)
        return self._value

    def show_value(self, value: Any) -> None:
        if value == self._value and value is not None:
            return
        self._value, self._problem = value, ""
        self.remove.setVisible(value is not None and not self.read_only)
        if value is None:
            self.frame.setPixmap(QPixmap())
            self.frame.setText(_("No picture"))
        else:
            work = partial(picture, self.around.app, value.id)
            self.around.tasks.run(work, partial(self._show_bytes, value), lambda _error: self.frame.setText("?"), owner=self)

    def set_read_only(self, on: bool) -> None:
        self.read_only = on
        self.pick.setVisible(not on)
        self.remove.setVisible(not on and self._value is not None)
        self.frame.setAcceptDrops(not on)

    def choose(self) -> None:
        """Ask for a file."""
        if self.read_only:
            return
        kinds = _("Pictures") + " (*.png *.jpg *.jpeg *.bmp *.gif *.webp)"
        name, _kind = QFileDialog.getOpenFileName(self, _("Choose a picture"), "", kinds)
        if name:
            self.take_file(Path(name))

    def take_file(self, path: Path) -> None:
        """Use the picture in a file."""
        image = QImage(str(path))
        self.take_image(image)

    def paste(self) -> None:
        """Use the picture in the clipboard."""
        self.take_mime(QGuiApplication.clipboard().mimeData())

    def take_mime(self, data: Any) -> None:
        """Use a picture that was pasted or dropped."""
        if self.read_only:
            return
        if data.hasImage():
            self.take_image(QImage(data.imageData()))
        elif data.hasUrls() and data.urls()[0].isLocalFile():
            self.take_file(Path(data.urls()[0].toLocalFile()))

    def take_image(self, image: QImage) -> None:
        """Keep a picture, made smaller where it is very large."""
        if image.isNull():
            self._problem = _("This is not a picture the program can read.")
            self.changed.emit()
            return
        if max(image.width(), image.height()) > _LARGEST_SIDE:
            image = _scaled(image, _LARGEST_SIDE)
        content = picture_bytes(image, "PNG" if image.hasAlphaChannel() else "JPG")
        self._show_image(image)
        self.around.tasks.run(partial(keep_picture, self.around.app, content), self._kept, self.around.failed, owner=self)

    def clear(self) -> None:
        """Take the picture out."""
        if not self.read_only and self._value is not None:
            self.show_value(None)
            self.changed.emit()

    def _kept(self, content_id: int) -> None:
        self._value, self._problem = Ref(content_id), ""
        self.remove.show()
        self.changed.emit()

    def _show_bytes(self, value: Ref, data: bytes) -> None:
        if value == self._value:
            self._show_image(QImage.fromData(data))

    def _show_image(self, image: QImage) -> None:
        side = theme.current().px(_SIDE) - 8
        ratio = self.devicePixelRatioF()
        shown = QPixmap.fromImage(_scaled(image, round(side * ratio)))
        shown.setDevicePixelRatio(ratio)
        self.frame.setPixmap(shown)


def picture_bytes(image: QImage, kind: str) -> bytes:
    """A picture as the content of a file: PNG or JPG."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(kind.encode("ascii")))
    if kind == "JPG":
        writer.setQuality(90)
    writer.write(image)
    buffer.close()
    return bytes(data.data())


def _scaled(image: QImage, side: int) -> QImage:
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
