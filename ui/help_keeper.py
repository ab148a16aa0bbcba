"""F1 everywhere: in the window, and in every dialog over it, opens the manual at what is in front."""

from __future__ import annotations

from functools import partial

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from crm_desktop.words import _, language
from ui import navigation
from ui.commands import Command, keyboard_map
from ui.help_pages import KEYS, NEWS, Manual, keys_as_page
from ui.help_places import RECORDS, SCREENS, START, WELCOME, of_dialog
from ui.help_window import HelpWindow
from ui.main_window import MainWindow

_GIVEN = "crm_help_key"


class HelpKeeper(QObject):
    """The help of one window and of all that opens over it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.help: HelpWindow | None = None
        if isinstance(window, MainWindow):
            window.help_wanted.connect(self.open)
            group = _("Help")
            window.offer(
                [
                    Command("help", _("Help"), "book", self.open_here, "F1", group, also=("help", "manual")),
                    Command("news", _("What is new"), "sparkle", partial(self.open, NEWS), "", group, also=("news", "changes")),
                ]
            )
        else:
            QShortcut(QKeySequence("F1"), window, self.open_here)
        window.setProperty(_GIVEN, True)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_moved)

    def open_here(self) -> None:
        """The manual at the place of what is in front."""
        self.open(self.place())

    def open(self, place: str) -> None:
        """The manual at a place, over the dialog that is in front: another window could not be used while it is open."""
        holder = QApplication.activeModalWidget() or self._window
        if self.help is not None and shiboken6.isValid(self.help) and self.help.parentWidget() is not holder:
            self.help.close()
            self.help = None
        if self.help is None or not shiboken6.isValid(self.help):
            self.help = HelpWindow(Manual(language(), {KEYS: self._keys}), holder)
        self.help.show_place(place)
        self.help.show()
        self.help.raise_()
        self.help.activateWindow()

    def place(self) -> str:
        """Where the help for what is in front stands."""
        front = QApplication.activeModalWidget() or QApplication.activeWindow()
        if isinstance(front, QDialog) and (found := of_dialog(type(front))):
            return found
        if not isinstance(self._window, MainWindow):
            return WELCOME
        return place_of_tab(getattr(self._window.tabs.current, "tab_key", ""))

    def _keys(self) -> str:
        commands = self._window.commands if isinstance(self._window, MainWindow) else []
        return keys_as_page(keyboard_map(commands))

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Give each dialog the key when it is first worked in: a key of the window does not reach what is modal."""
        if new is None or not shiboken6.isValid(self._window):
            return
        top = new.window()
        if isinstance(top, QDialog) and not top.property(_GIVEN) and self._is_ours(top):
            top.setProperty(_GIVEN, True)
            QShortcut(QKeySequence("F1"), top, self.open_here, context=Qt.ShortcutContext.WindowShortcut)

    def _is_ours(self, dialog: QDialog) -> bool:
        """Whether it opened over this window, however many lie between; over another, that one's keeper looks after it."""
        below = dialog.parentWidget()
        while below is not None and below is not self._window:
            below = below.parentWidget()
        return below is self._window or dialog.parentWidget() is None


def place_of_tab(tab_key: str) -> str:
    """The place of a tab: of its screen, or of the record type whose list or form it is."""
    kind, _colon, rest = navigation.place_of(tab_key).partition(":")
    if kind == "screen":
        return SCREENS.get(rest, START)
    return RECORDS.get(rest.partition(":")[0], "records")
