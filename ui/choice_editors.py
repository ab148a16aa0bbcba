"""Editors that choose: yes or no, one of an option list, a state to read, tags."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLineEdit, QSizePolicy, QWidget

from crm_desktop.kinds import parse
from crm_desktop.pinyin import full, initials
from crm_desktop.records.record_type import Field
from crm_desktop.words import _
from ui import theme
from ui.chips import FlowLayout
from ui.editor_base import Around, Editor
from ui.widgets.buttons import Button
from ui.widgets.labels import Tag

_PAUSE = 1.0  # seconds after which typed letters begin a new word


class FlagEditor(Editor):
    """A check box."""

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        self.input = QCheckBox()
        self.input.setMinimumHeight(theme.size("control"))
        self.use(self.input)
        self.input.clicked.connect(lambda _on: self.done())

    def value(self) -> Any:
        return self.input.isChecked()

    def show_value(self, value: Any) -> None:
        self.input.setChecked(bool(value))


class ChoiceBox(QComboBox):
    """A drop-down list in which typed letters find a choice: by its first letters or by its pinyin initials."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxVisibleItems(14)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self._typed, self._last = "", 0.0

    def find_typed(self, text: str) -> int:
        """The first choice that `text` may mean; -1 when none does."""
        text = text.casefold()
        labels = [self.itemText(i) for i in range(self.count())]
        for reading in (str.casefold, initials, full):
            for at, label in enumerate(labels):
                if label and reading(label).startswith(text):
                    return at
        return -1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.itemData(0) == "":
            self._choose(0)
        elif key == Qt.Key.Key_F4:
            self.showPopup()
        elif text.strip() and text.isprintable() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._type(text)
        else:
            super().keyPressEvent(event)

    def _type(self, text: str) -> None:
        now = time.monotonic()
        self._typed = (self._typed if now - self._last < _PAUSE else "") + text
        self._last = now
        at = self.find_typed(self._typed)
        if at < 0:
            self._typed, at = text, self.find_typed(text)
        if at >= 0:
            self._choose(at)

    def _choose(self, at: int) -> None:
        if at != self.currentIndex():
            self.setCurrentIndex(at)
            self.activated.emit(at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling a form must not change what is in it


class OptionEditor(Editor):
    """One choice of an option list. A choice that was switched off stays where it already stands."""

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        self.input = ChoiceBox()
        self.use(self.input)
        self._fill("")
        self.input.activated.connect(lambda _at: self.done())

    def _fill(self, code: str) -> None:
        self.input.clear()
        if not self.about.required:
            self.input.addItem("", "")
        for choice in self.options.choices(self.about.options):
            if choice.active or choice.code == code:
                self.input.addItem(choice.shown(), choice.code)
        if code and self.input.findData(code) < 0:
            self.input.addItem(code, code)

    def value(self) -> Any:
        return self.input.currentData() or ""

    def show_value(self, value: Any) -> None:
        if self.input.findData(value or "") < 0:
            self._fill(value or "")
        self.input.setCurrentIndex(self.input.findData(value or ""))


class StateEditor(Editor):
    """The state of a document, to read: operations change it."""

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        self.tag, self._value = Tag(""), ""
        self.use(self.tag)
        self.row.addStretch(1)
        self.setMinimumHeight(theme.size("control"))
        self.setAccessibleName(_(about.label))

    def value(self) -> Any:
        return self._value

    def show_value(self, value: Any) -> None:
        self._value = value or ""
        choice = self.options.find(self.about.options, self._value)
        self.tag.set(choice.shown() if choice else self._value, choice.tone if choice else "grey")

    def set_read_only(self, on: bool) -> None:
        self.read_only = True

    def mark(self, problem: str) -> None:
        self.tag.setToolTip(problem)


class _TagLine(QLineEdit):
    """Where the next tag is typed: a comma ends a tag, Backspace on nothing takes the last one away."""

    def __init__(self, editor: TagsEditor) -> None:
        super().__init__()
        self.setProperty("role", "tagline")
        self.setMinimumWidth(theme.current().px(70))
        self._editor = editor

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enters = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and bool(self.text().strip()) and not event.modifiers()
        if enters or event.text() in (",", "，", ";", "；", "、"):
            self._editor.take_typed()
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self._editor.remove_last()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        theme.restyle(self._editor.box, focused="true")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        theme.restyle(self._editor.box, focused="false")
        self._editor.take_typed()
        self._editor.settled.emit()


class TagsEditor(Editor):
    """Words as chips, and a place to type the next one."""

    def __init__(self, about: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(about, around, parent)
        self._tags: tuple[str, ...] = ()
        self.box = QFrame()
        self.box.setProperty("role", "entry")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.box.setSizePolicy(policy)
        self.box.setMinimumHeight(theme.size("control"))
        self.input = _TagLine(self)
        self._flow = FlowLayout(self.box)
        self._flow.setContentsMargins(4, 3, 4, 3)
        self.use(self.box)
        self.box.setFocusProxy(self.input)
        self.input.setAccessibleName(_(about.label))
        self.input.textEdited.connect(lambda _text: self.changed.emit())
        self._show()

    def value(self) -> Any:
        typed = parse(self.input.text(), self.about, self.options)
        return tuple(dict.fromkeys((*self._tags, *typed)))

    def show_value(self, value: Any) -> None:
        if tuple(value or ()) != self.value():
            self._tags = tuple(value or ())
            self.input.clear()
            self._show()

    def set_read_only(self, on: bool) -> None:
        self.read_only = on
        self.input.setReadOnly(on)
        self._show()

    def take_typed(self) -> None:
        """Make a chip of what is typed."""
        if self.input.text().strip():
            self._tags = self.value()
            self.input.clear()
            self._show()
            self.changed.emit()

    def remove_last(self) -> None:
        """Take the last chip away."""
        if self._tags and not self.read_only:
            self._remove(self._tags[-1])

    def _remove(self, word: str) -> None:
        self._tags = tuple(t for t in self._tags if t != word)
        self._show()
        self.changed.emit()
        self.input.setFocus()

    def _show(self) -> None:
        had_focus = self.input.hasFocus()
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self.input:
                widget.hide()
                widget.deleteLater()
        for word in self._tags:
            chip = Button(word, "" if self.read_only else "dismiss", kind="tag", tip="" if self.read_only else _("Remove"))
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            chip.setEnabled(not self.read_only)
            chip.clicked.connect(lambda _on=False, word=word: self._remove(word))
            self._flow.addWidget(chip)
        self._flow.addWidget(self.input)
        self.input.setVisible(not self.read_only)
        if had_focus:
            self.input.setFocus()
        self.box.updateGeometry()

