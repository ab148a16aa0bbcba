"""Editors of one entry of a template. Each shows what several things have in common, and says when a person changed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QWidget,
)

from crm_desktop.printing.inks import INKS
from crm_desktop.words import _
from ui import icons, theme
from ui.widgets.buttons import Button


class Entry(QWidget):
    """The editor of one entry."""

    edited = Signal(object)
    """The person gave it another value."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._name = name
        self.showing = False

    def show_values(self, values: Sequence[Any]) -> None:
        """Show the value, or that there are several."""
        self.showing = True
        first = values[0] if values else None
        self.show_value(first, all(value == first for value in values))
        self.showing = False

    def show_value(self, value: Any, same: bool) -> None:
        """Show one value; `same` says whether all of them are like that."""
        raise NotImplementedError

    def tell(self, value: Any) -> None:
        """The person's value goes out."""
        if not self.showing:
            self.edited.emit(value)

    def _put(self, widget: QWidget, stretch: int = 1) -> None:
        widget.setAccessibleName(self._name)
        self._row.addWidget(widget, stretch)
        self.setFocusProxy(self.focusProxy() or widget)


class NumberEntry(Entry):
    """Millimetres, points, counts."""

    def __init__(self, name: str, low: float, high: float, *, whole: bool = False, step: float = 0.5, empty: bool = False) -> None:
        super().__init__(name)
        self._whole, self._empty = whole, empty
        self.box = _SpinBox()
        self.box.setDecimals(0 if whole else 2)
        self._low = low
        self.box.setRange(low - 1 if empty else low, high)
        if empty:
            self.box.setSpecialValueText(" ")
        self.box.setSingleStep(1 if whole else step)
        self.box.setKeyboardTracking(False)
        self.box.setMinimumWidth(theme.current().px(58))
        self.box.lineEdit().setTextMargins(theme.current().px(4), 0, 0, 0)
        self.box.valueChanged.connect(self._changed)
        self._put(self.box)

    def show_value(self, value: Any, same: bool) -> None:
        self.box.mixed = not same
        self.box.setValue(self._low - 1 if value is None else float(value))
        if not same:
            self.box.lineEdit().clear()

    def _changed(self, value: float) -> None:
        if self._empty and value < self._low:
            self.tell(None)
        else:
            self.tell(int(value) if self._whole else round(value, 2))


class _SpinBox(QDoubleSpinBox):
    """A number without zeros nobody needs; several different ones show as nothing."""

    mixed = False

    def textFromValue(self, value: float) -> str:
        return f"{value:.{self.decimals()}f}".rstrip("0").rstrip(".") if self.decimals() else f"{value:.0f}"

    def wheelEvent(self, event: Any) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # the panel scrolls; no value changes by the way


class TextEntry(Entry):
    """One line of plain text."""

    def __init__(self, name: str, longest: int = 1_000) -> None:
        super().__init__(name)
        self.line = QLineEdit()
        self.line.setMaxLength(longest)
        self.line.setMinimumWidth(theme.current().px(58))
        self.line.textEdited.connect(self.tell)
        self._put(self.line)

    def show_value(self, value: Any, same: bool) -> None:
        text = str(value or "") if same else ""
        if text != self.line.text():
            self.line.setText(text)
        self.line.setPlaceholderText("" if same else _("different"))


class ChoiceEntry(Entry):
    """One of a few words."""

    def __init__(self, name: str, words: Mapping[Any, str]) -> None:
        super().__init__(name)
        self.combo = _Combo()
        for value, text in words.items():
            self.combo.addItem(text, value)
        self.combo.activated.connect(lambda at: self.tell(self.combo.itemData(at)))
        self._put(self.combo)

    def show_value(self, value: Any, same: bool) -> None:
        self.combo.setCurrentIndex(self.combo.findData(value) if same else -1)
        self.combo.setPlaceholderText(_("different"))

    def set_words(self, words: Mapping[Any, str]) -> None:
        """Other words to choose from."""
        if [self.combo.itemData(n) for n in range(self.combo.count())] != list(words):
            self.combo.clear()
            for value, text in words.items():
                self.combo.addItem(text, value)


class _Combo(QComboBox):
    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)

    def wheelEvent(self, event: Any) -> None:
        event.ignore()


class FlagEntry(Entry):
    """Yes or no."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.box = QCheckBox(name)
        self.box.clicked.connect(self._clicked)
        self._put(self.box)

    def _clicked(self, on: bool) -> None:
        self.box.setTristate(False)
        self.tell(self.box.isChecked())

    def show_value(self, value: Any, same: bool) -> None:
        self.box.setTristate(not same)
        self.box.setCheckState(
            Qt.CheckState.PartiallyChecked if not same else Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
        )


class IconsEntry(Entry):
    """One of a few pictures, as for alignment."""

    def __init__(self, name: str, choices: Sequence[tuple[Any, str, str]]) -> None:
        """choices: value, icon, words."""
        super().__init__(name)
        self._group = QButtonGroup(self)
        self._values = [value for value, _icon, _words in choices]
        for at, (_value, icon, words) in enumerate(choices):
            button = _tool(icon, words)
            self._group.addButton(button, at)
            self._row.addWidget(button)
            button.setAccessibleName(f"{name}: {words}")
        self._row.addStretch(1)
        self.setFocusProxy(self._group.button(0))
        self._group.idClicked.connect(lambda at: self.tell(self._values[at]))

    def show_value(self, value: Any, same: bool) -> None:
        self._group.setExclusive(False)
        for at, each in enumerate(self._values):
            self._group.button(at).setChecked(same and each == value)
        self._group.setExclusive(True)


class ToggleEntry(Entry):
    """On or off as a picture: bold, italic, underlined."""

    def __init__(self, name: str, icon: str) -> None:
        super().__init__(name)
        self.button = _tool(icon, name)
        self.button.clicked.connect(self.tell)
        self._put(self.button, 0)

    def show_value(self, value: Any, same: bool) -> None:
        self.button.setChecked(same and bool(value))


def _tool(icon: str, words: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icons.icon(icon))
    button.setIconSize(QSize(theme.size("icon"), theme.size("icon")))
    button.setToolTip(words)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


class ColourEntry(Entry):
    """The ink of something. `none` offers no colour at all."""

    def __init__(self, name: str, *, none: bool = False) -> None:
        super().__init__(name)
        self._value = ""
        self.button = Button("", kind="pick")
        self.button.setProperty("menuArrow", "false")
        menu = QMenu(self)
        if none:
            menu.addAction(_("None"), lambda: self._take(""))
        for ink in INKS:
            menu.addAction(_swatch(ink), ink, lambda at=ink: self._take(at))
        menu.addSeparator()
        menu.addAction(_("Another colour…"), self._ask)
        self.button.setMenu(menu)
        self.button.setMinimumWidth(theme.current().px(58))
        self._put(self.button)

    def show_value(self, value: Any, same: bool) -> None:
        self._value = str(value or "")
        self.button.setIcon(_swatch(self._value if same else ""))
        self.button.setText((self._value or _("None")) if same else _("different"))

    def _take(self, ink: str) -> None:
        self.show_value(ink, True)
        self.tell(ink)

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._value or INKS[0]), self, self._name)
        if chosen.isValid():
            self._take(chosen.name())


def _swatch(ink: str) -> QPixmap:
    side = theme.current().px(14)
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.colour("edge"))
    painter.setBrush(QColor(ink) if ink else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(1, 1, side - 2, side - 2, 3, 3)
    if not ink:
        painter.drawLine(3, side - 4, side - 4, 3)
    painter.end()
    return picture
