"""Editors one types into: a line of text, a number, several lines, an address on the web."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFocusEvent, QKeyEvent, QTextOption
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from crm_desktop.kinds import KINDS, show
from crm_desktop.records.record_type import Field
from crm_desktop.words import N_, _
from ui import theme
from ui.editor_base import Around, Editor, alignment, read_typed
from ui.widgets.buttons import IconButton


class LineEditor(Editor):
    """One line. What is typed is read by the kind of the field; numbers stand at the right and may be small sums."""

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        self.input = QLineEdit()
        self.input.setAlignment(alignment(about))
        if about.max_length:
            self.input.setMaxLength(about.max_length)
        if KINDS[about.kind].numeric:
            self.input.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        self.use(self.input)
        self.input.textEdited.connect(lambda _text: self.changed.emit())
        self.input.editingFinished.connect(self._settle)

    def value(self) -> Any:
        return read_typed(self.input.text(), self.about, self.options)

    def show_value(self, value: Any) -> None:
        text = show(value, self.about, self.options)
        if text != self.input.text():
            self.input.setText(text)
            self.input.setCursorPosition(0)

    def set_read_only(self, on: bool) -> None:
        self.read_only = on
        self.input.setReadOnly(on)
        theme.restyle(self.input)

    def _settle(self) -> None:
        """Show the value in its usual form once the person goes on."""
        try:
            value = self.value()
        except ValueError:
            pass
        else:
            if not self.read_only and self.input.isModified():
                self.show_value(value)
        self.settled.emit()


class LinkEditor(LineEditor):
    """A website, an e-mail address or a telephone number, with a button that opens it."""

    _SCHEMES = {"url": "https://", "email": "mailto:", "phone": "tel:"}  # noqa: RUF012
    _ICONS = {"url": ("globe", N_("Open the website")), "email": ("mail", N_("Write an e-mail")), "phone": ("call", N_("Call this number"))}  # noqa: RUF012

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        icon, words = self._ICONS[about.kind]
        self.button = IconButton(icon, _(words), self.open)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.row.addWidget(self.button)
        self.input.textChanged.connect(lambda text: self.button.setVisible(bool(text.strip())))
        self.button.hide()

    def link(self) -> QUrl:
        """Where the button leads; invalid where nothing fit is typed."""
        text = self.input.text().strip()
        if not text:
            return QUrl()
        if self.about.kind == "url" and text.startswith(("http://", "https://")):
            return QUrl(text)
        if self.about.kind == "phone":
            text = "".join(c for c in text if c.isdigit() or c == "+")
        return QUrl(self._SCHEMES[self.about.kind] + text)

    def open(self) -> None:
        """Hand the link to the system."""
        link = self.link()
        if link.isValid():
            QDesktopServices.openUrl(link)


class _GrowingText(QPlainTextEdit):
    """As high as its text, between two bounds; Tab leaves it."""

    def __init__(self, lines: int, most: int) -> None:
        super().__init__()
        self._lines, self._most = lines, most
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self.updateGeometry)
        self.textChanged.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        needed = round(self.document().size().height())
        lines = min(max(needed, self._lines), self._most)
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if needed > self._most else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        wanted = max(lines * self.fontMetrics().lineSpacing() + 17, theme.size("control"))
        if wanted != self.height():
            self.setFixedHeight(wanted)

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(200), self.height())

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        parent = self.parentWidget()
        if isinstance(parent, TextEditor) and event.reason() != Qt.FocusReason.PopupFocusReason:
            parent.settled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Ctrl+Enter belongs to the window around.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        super().keyPressEvent(event)


class TextEditor(Editor):
    """Several lines; the box grows with the text."""

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        long = about.kind == "long_text"
        self.input = _GrowingText(2 if long else 1, 12 if long else 4)
        self.use(self.input)
        self._showing = False
        self.input.textChanged.connect(self._typed)

    def _typed(self) -> None:
        if not self._showing:
            self.changed.emit()

    def value(self) -> Any:
        return read_typed(self.input.toPlainText(), self.about, self.options)

    def show_value(self, value: Any) -> None:
        text = show(value, self.about, self.options)
        if text != self.input.toPlainText().strip():
            self._showing = True
            self.input.setPlainText(text)
            self._showing = False

    def set_read_only(self, on: bool) -> None:
        self.read_only = on
        self.input.setReadOnly(on)
        theme.restyle(self.input)


def text_editor(about: Field, around: Around, parent: QWidget | None = None) -> Editor:
    """A line, or several for a field that may have them."""
    return TextEditor(about, around, parent) if about.multiline else LineEditor(about, around, parent)
