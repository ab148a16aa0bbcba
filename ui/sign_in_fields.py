"""Lines for passwords: one to type the present one, a pair to choose a new one, with a hint at its strength and at the caps lock."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRectF, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crm_desktop.rules.passwords import Strength, normalised, strength
from crm_desktop.words import N_, _
from ui import theme
from ui.backup_passphrase import PassphraseEdit
from ui.widgets.labels import Label

_CAPITAL = 0x14  # the caps lock, among the keys of Windows
_STRENGTHS: dict[Strength, tuple[str, str]] = {
    Strength.WEAK: (N_("Easy to guess"), "red"),
    Strength.FAIR: (N_("Could be longer"), "amber"),
    Strength.GOOD: (N_("Good"), "green"),
    Strength.STRONG: (N_("Strong"), "green"),
}


class PasswordEdit(QWidget):
    """One password being typed, and a word below it while the caps lock is on."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.edit = PassphraseEdit(name)
        self.edit.eye.setToolTip(_("Show the password"))
        self.edit.eye.setAccessibleName(_("Show the password"))
        self.line = self.edit.line
        self.caps = Label(_("The caps lock is on."), "error")
        self.caps.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.edit)
        column.addWidget(self.caps)
        self.line.installEventFilter(self)
        self.setFocusProxy(self.edit)

    @property
    def text(self) -> str:
        return self.line.text()

    def clear(self) -> None:
        self.line.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self.caps.setVisible(self._caps(event))
        elif event.type() == QEvent.Type.FocusOut:
            self.caps.hide()
        return False

    def _caps(self, event: QKeyEvent) -> bool:
        """Whether the caps lock is on: the system says so, or a capital letter came without the shift key."""
        windll: Any = getattr(ctypes, "windll", None)
        if sys.platform == "win32" and windll is not None:
            return bool(windll.user32.GetKeyState(_CAPITAL) & 1)
        text, shift = event.text(), bool(event.modifiers() & event.modifiers().ShiftModifier)
        if len(text) != 1 or not text.isascii() or not text.isalpha():
            return self.caps.isVisible()
        return text.isupper() != shift


class NewPasswordEdit(QWidget):
    """A new password, twice, with a hint at its strength. What the rules say of it is told when it is used."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = PasswordEdit(_("New password")), PasswordEdit(_("The same again"))
        self.bar, self.hint = StrengthBar(), Label("", "small", wrap=True)
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        for label, edit in ((_("New password"), self.first), (_("The same again"), self.second)):
            column.addWidget(Label(label))
            column.addWidget(edit)
            edit.line.textChanged.connect(lambda _text: self._look())
            if edit is self.first:
                column.addWidget(self.bar)
                column.addWidget(self.hint)
        column.addWidget(self.problem)
        self.setFocusProxy(self.first)
        self._look()

    @property
    def text(self) -> str:
        return self.first.text

    @property
    def ready(self) -> bool:
        """Whether something was typed twice alike."""
        return bool(self.first.text) and normalised(self.first.text) == normalised(self.second.text)

    def say(self, words: str) -> None:
        """Tell what the rules have against it."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        if words:
            self.first.line.setFocus()
            self.first.line.selectAll()

    def _look(self) -> None:
        text = self.first.text
        grade = strength(text) if text else None
        self.bar.show_grade(grade)
        advice = _("A few words in a row are long and easy to keep in mind. Any characters will do.")
        self.hint.setText(advice if grade is None else _(_STRENGTHS[grade][0]))
        differs = bool(self.second.text) and not self.ready
        self.problem.setText(_("The two are not the same.") if differs else "")
        self.problem.setVisible(differs)
        self.changed.emit()


class StrengthBar(QWidget):
    """Four strokes that fill up; a screen reader hears the words beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._grade: Strength | None = None
        self.setFixedHeight(theme.current().px(4))

    def show_grade(self, grade: Strength | None) -> None:
        """None: nothing is typed yet."""
        self._grade = grade
        self.setAccessibleName("" if grade is None else _(_STRENGTHS[grade][0]))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line"))
        gap, count = theme.current().px(4), len(Strength)
        width = (self.width() - gap * (count - 1)) / count
        for at in range(count):
            full = self._grade is not None and at < self._grade
            tone = _STRENGTHS[self._grade][1] if self._grade is not None and full else "line"
            painter.setPen(theme.colour(tone))
            painter.setBrush(theme.colour(tone))
            painter.drawRoundedRect(QRectF(at * (width + gap), 0, width, self.height()).adjusted(0.5, 0.5, -0.5, -0.5), 1.5, 1.5)
