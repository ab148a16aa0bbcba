"""Editors of what is worked out while printing: fields, expressions, texts with fields in them, conditions.

Most people choose from lists; who wants to write gets completion while typing, and is told what is wrong before it is printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from crm_desktop.printing.expressions import compile_expression
from crm_desktop.printing.functions import FUNCTIONS, ExpressionError
from crm_desktop.words import N_, _
from ui import theme
from ui.designer.editors import Entry
from ui.designer.field_picker import FieldPopup
from ui.designer.fields import FieldNode, said, walk
from ui.designer.making import format_of
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import Label

Nodes = tuple[FieldNode, ...]
_WORD = re.compile(r"[\w.一-鿿]+$")
_HOLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_PATH = r"([\w.一-鿿]+)"

CONDITIONS: tuple[tuple[str, str, str, str], ...] = (
    ("always", N_("Always"), "", ""),
    ("filled", N_("When this is filled"), "not empty({path})", rf"not empty\({_PATH}\)"),
    ("empty", N_("When this is empty"), "empty({path})", rf"empty\({_PATH}\)"),
    ("is", N_("When this is"), "{path} = '{value}'", rf"{_PATH} = '([^']*)'"),
    ("is_not", N_("When this is not"), "{path} <> '{value}'", rf"{_PATH} <> '([^']*)'"),
    ("more", N_("When this is more than"), "{path} > {value}", rf"{_PATH} > (-?\d+(?:\.\d+)?)"),
    ("less", N_("When this is less than"), "{path} < {value}", rf"{_PATH} < (-?\d+(?:\.\d+)?)"),
    ("first", N_("On the first page"), "page = 1", r"page = 1"),
    ("last", N_("On the last page"), "page = pages", r"page = pages"),
    ("own", N_("An expression of your own"), "", ""),
)
"""Conditions to choose: key, words, the expression made of it, and the pattern it is known by again."""


def fault_of(source: str) -> str:
    """What is wrong with an expression, in words; nothing when it can be read."""
    if not source.strip():
        return ""
    try:
        compile_expression(source)
    except ExpressionError as fault:
        return str(fault)
    return ""


def fault_of_mixed(source: str) -> str:
    """What is wrong with the expressions in a text with fields in braces."""
    for found in _HOLE.finditer(source):
        if found.group(1) is not None:
            inside, bar, how = found.group(1).rpartition("|")
            expression = inside if bar and re.fullmatch(r"[\w年月日:/. -]+", how.strip()) else found.group(1)
            if not expression.strip():
                return _("the expression is empty")
            if fault := fault_of(expression):
                return f"{{{found.group(1)}}}: {fault}"
    return ""


class Completion(QCompleter):
    """Offers paths and functions for the word before the cursor."""

    def __init__(self, nodes: Nodes, parent: QWidget) -> None:
        words = sorted({node.path for node, _above in walk(nodes) if node.path} | {f"{name}(" for name in FUNCTIONS})
        super().__init__(words, parent)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setModel(QStringListModel(words, self))

    @property
    def listed(self) -> bool:
        """Whether the list is open."""
        popup = self.popup()
        return popup is not None and popup.isVisible()

    def close_list(self) -> None:
        if (popup := self.popup()) is not None:
            popup.hide()

    def offer(self, before: str) -> str:
        """The word being written, when there is something to offer for it; "" otherwise."""
        found = _WORD.search(before)
        word = found.group() if found else ""
        if len(word) < 2:
            self.close_list()
            return ""
        self.setCompletionPrefix(word)
        return word if self.completionCount() and self.currentCompletion() != word else ""


class ExpressionLine(QLineEdit):
    """One expression, with completion; a fault shows below and as a red frame."""

    def __init__(self, nodes: Nodes) -> None:
        super().__init__()
        self.setMaxLength(1_000)
        self.offered = Completion(nodes, self)
        self.offered.setWidget(self)
        self.offered.activated.connect(self._complete)
        self.textEdited.connect(self._offer)
        self.textChanged.connect(lambda _text: self.check())

    def check(self) -> str:
        """Mark what cannot be read; answers the fault."""
        fault = fault_of(self.text())
        if bool(self.property("problem")) != bool(fault):
            theme.restyle(self, problem=bool(fault))
        self.setToolTip(fault)
        return fault

    def _offer(self, _text: str) -> None:
        if self.offered.offer(self.text()[: self.cursorPosition()]):
            self.offered.complete()

    def _complete(self, word: str) -> None:
        before, after = self.text()[: self.cursorPosition()], self.text()[self.cursorPosition() :]
        before = _WORD.sub("", before) + word
        self.setText(before + after)
        self.setCursorPosition(len(before))
        self.textEdited.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.offered.listed and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            event.ignore()  # the list takes it
            return
        super().keyPressEvent(event)


class FieldEntry(Entry):
    """A field, chosen from the tree, or an expression typed."""

    def __init__(self, name: str, nodes: Nodes, language: str) -> None:
        super().__init__(name)
        self._nodes, self._language = nodes, language
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(3)
        self.words = Label("", "small", wrap=True)
        self.line = ExpressionLine(nodes)
        self.line.textEdited.connect(self._typed)
        rows.addWidget(self.line)
        rows.addWidget(self.words)
        self._put(column)
        self.line.setAccessibleName(name)
        self.pick = IconButton("tag", _("Choose a field"), self.choose)
        self._row.addWidget(self.pick, 0, Qt.AlignmentFlag.AlignTop)
        self.setFocusProxy(self.line)

    def show_value(self, value: Any, same: bool) -> None:
        text = str(value or "") if same else ""
        if text != self.line.text():
            self.line.setText(text)
        self.line.setPlaceholderText("" if same else _("different"))
        self._say()

    def choose(self) -> None:
        """The tree below the button."""
        FieldPopup(self, self._nodes, self._language, self._taken).open_below(self)

    def _taken(self, node: FieldNode) -> None:
        self.line.setText(node.path)
        self._typed(node.path)

    def _typed(self, text: str) -> None:
        self._say()
        self.tell(text)

    def _say(self) -> None:
        fault = self.line.check()
        words = fault or said(self._nodes, self.line.text())
        self.words.setText("" if words == self.line.text() else words)
        self.words.set_tone("red" if fault else "")
        self.words.setVisible(bool(self.words.text()))


class MixedEntry(Entry):
    """A text with fields in it: typed, and fields put in from the tree."""

    def __init__(self, name: str, nodes: Nodes, language: str, *, high: int = 74) -> None:
        super().__init__(name)
        self._nodes, self._language = nodes, language
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        self.text = _MixedText(nodes)
        self.text.setFixedHeight(theme.current().px(high))
        self.text.setAccessibleName(name)
        self.text.textChanged.connect(self._typed)
        self.problem = Label("", "error", wrap=True)
        self.insert = Button(_("Put in a field"), "tag", kind="flat", clicked=self.choose)
        rows.addWidget(self.text)
        rows.addWidget(self.problem)
        rows.addWidget(self.insert, 0, Qt.AlignmentFlag.AlignLeft)
        self._put(column)
        self.setFocusProxy(self.text)

    def show_value(self, value: Any, same: bool) -> None:
        text = str(value or "") if same else ""
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
        self.text.setPlaceholderText("" if same else _("different"))
        self._check()

    def choose(self) -> None:
        """The tree below the button."""
        FieldPopup(self, self._nodes, self._language, self._taken).open_below(self.insert)

    def _taken(self, node: FieldNode) -> None:
        how = format_of(node.how)
        self.text.insertPlainText(f"{{{node.path}}}" if how == "auto" else f"{{{node.path}|{how}}}")
        self.text.setFocus()

    def _typed(self) -> None:
        self._check()
        self.tell(self.text.toPlainText())

    def _check(self) -> None:
        fault = fault_of_mixed(self.text.toPlainText())
        self.problem.setText(fault)
        self.problem.setVisible(bool(fault))


class _MixedText(QPlainTextEdit):
    """Completion inside braces; Tab leaves."""

    def __init__(self, nodes: Nodes) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.offered = Completion(nodes, self)
        self.offered.setWidget(self)
        self.offered.activated.connect(self._complete)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.offered.listed and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            event.ignore()
            return
        super().keyPressEvent(event)
        before = self.toPlainText()[: self.textCursor().position()]
        if before.rfind("{") > before.rfind("}") and event.text() and self.offered.offer(before):
            box = self.cursorRect()
            box.setWidth(theme.current().px(240))
            self.offered.complete(box)
        else:
            self.offered.close_list()

    def _complete(self, word: str) -> None:
        cursor = self.textCursor()
        found = _WORD.search(self.toPlainText()[: cursor.position()])
        if found:
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(found.group()))
        cursor.insertText(word)


class ConditionEntry(Entry):
    """When something is shown: chosen from a list, with a field and a value; or written."""

    def __init__(self, name: str, nodes: Nodes, language: str) -> None:
        super().__init__(name)
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        self.kind = QComboBox()
        for key, words, _made, _pattern in CONDITIONS:
            self.kind.addItem(_(words), key)
        self.kind.setAccessibleName(name)
        self.field = FieldEntry(_("Field"), nodes, language)
        self.value = QLineEdit()
        self.value.setAccessibleName(_("Value"))
        self.value.setPlaceholderText(_("Value"))
        for widget in (self.kind, self.field, self.value):
            rows.addWidget(widget)
        self._put(column)
        self.kind.activated.connect(lambda _at: self._changed())
        self.field.edited.connect(lambda _path: self._changed())
        self.value.textEdited.connect(lambda _text: self._changed())
        self.setFocusProxy(self.kind)

    def show_value(self, value: Any, same: bool) -> None:
        source = str(value or "").strip() if same else ""
        if same and source == self._source():
            return  # what the person is choosing right now
        key, path, given = _recognised(source)
        self.kind.setCurrentIndex(self.kind.findData(key) if same else -1)
        self.kind.setPlaceholderText(_("different"))
        self.field.show_values([path])
        self.value.setText(given)
        self._arrange()

    def _arrange(self) -> None:
        key = self.kind.currentData()
        self.field.setVisible(key in ("filled", "empty", "is", "is_not", "more", "less", "own"))
        self.value.setVisible(key in ("is", "is_not", "more", "less"))

    def _source(self) -> str:
        made = {key: made for key, _words, made, _pattern in CONDITIONS}.get(self.kind.currentData(), "")
        path, value = self.field.line.text().strip(), self.value.text().strip()
        if self.kind.currentData() == "own":
            return path
        if "{path}" in made and not path:
            return ""
        if self.kind.currentData() in ("more", "less") and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            value = "0"
        return made.format(path=path, value=value.replace("'", ""))

    def _changed(self) -> None:
        self._arrange()
        self.tell(self._source())


def _recognised(source: str) -> tuple[str, str, str]:
    """The condition to choose, its field and its value, behind an expression."""
    if not source:
        return "always", "", ""
    for key, _words, _made, pattern in CONDITIONS:
        found = re.fullmatch(pattern, source) if pattern else None
        if found:
            given: Sequence[str] = (*found.groups(), "", "")
            return key, given[0], given[1]
    return "own", source, ""
