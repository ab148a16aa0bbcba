"""Buttons: the one that matters most, the others, and those with only an icon. Shortcuts stand in the tooltip."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from ui import icons, theme

_ICON_TOKENS = {"primary": "on_accent", "danger": "red", "link": "accent"}


class Button(QPushButton):
    """A button with words. kind: "" (plain), primary, flat, danger, link, status."""

    def __init__(
        self,
        text: str,
        icon: str = "",
        *,
        kind: str = "",
        clicked: Callable[[], object] | None = None,
        shortcut: str = "",
        tip: str = "",
        menu: QMenu | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        if kind:
            self.setProperty("kind", kind)
        if icon:
            self.setIcon(icons.icon(icon, _ICON_TOKENS.get(kind, "dim")))
            self.setIconSize(_icon_size())
        if clicked:
            self.clicked.connect(lambda: clicked())
        if shortcut:
            self.setShortcut(QKeySequence(shortcut))
        if tip and not text:
            self.setAccessibleName(tip)
        if tip or shortcut:
            self.setToolTip(with_shortcut(tip or text.replace("&", ""), shortcut))
        if menu:
            self.setMenu(menu)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus; Qt would press the default one of the dialog instead."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


def primary(text: str, icon: str = "", clicked: Callable[[], object] | None = None, *, shortcut: str = "") -> Button:
    """The one button of a page that most people will press."""
    return Button(text, icon, kind="primary", clicked=clicked, shortcut=shortcut)


def flat(text: str, icon: str = "", clicked: Callable[[], object] | None = None, *, shortcut: str = "") -> Button:
    """A button without a border, for what is offered beside something."""
    return Button(text, icon, kind="flat", clicked=clicked, shortcut=shortcut)


class IconButton(QToolButton):
    """A small button with only an icon; its words are the tooltip and what a screen reader says."""

    def __init__(
        self,
        icon: str,
        tip: str,
        clicked: Callable[[], object] | None = None,
        *,
        shortcut: str = "",
        checkable: bool = False,
        menu: QMenu | None = None,
    ) -> None:
        super().__init__()
        self.setIcon(icons.icon(icon))
        self.setIconSize(_icon_size())
        self.setToolTip(with_shortcut(tip, shortcut))
        self.setAccessibleName(tip)
        self.setCheckable(checkable)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        if shortcut:
            self.setShortcut(QKeySequence(shortcut))
        if clicked:
            self.clicked.connect(lambda: clicked())
        if menu:
            self.setMenu(menu)
            self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)


def with_shortcut(text: str, shortcut: str) -> str:
    """`text` with the keys behind it, as tooltips show them."""
    if not shortcut:
        return text
    return f"{text}  ({QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)})"


def _icon_size() -> QSize:
    return QSize(theme.size("icon"), theme.size("icon"))
