"""What can be done from anywhere by keyboard or by name: one list feeds the shortcuts, the menus, the command palette and
the keyboard map, so that none of them can forget one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from crm_desktop.words import _
from ui import icons


@dataclass(frozen=True)
class Command:
    """One thing to do. `title` is translated already; `also` are further words it is found by."""

    key: str
    title: str
    icon: str
    run: Callable[[], object]
    shortcut: str = ""
    group: str = ""
    also: tuple[str, ...] = field(default=())
    hidden: bool = False  # has a shortcut, but is not worth a line in the palette

    @property
    def keys(self) -> str:
        """The shortcut as it is written on this system."""
        return native_keys(self.shortcut)


def native_keys(shortcut: str) -> str:
    """A shortcut as it is written on this system; words that are no shortcut stay."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText) or shortcut


def action_for(command: Command, parent: QWidget) -> QAction:
    """The command as a Qt action of the whole window."""
    action = QAction(icons.icon(command.icon), command.title, parent)
    if command.shortcut:
        action.setShortcut(QKeySequence(command.shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
    action.triggered.connect(lambda: command.run())
    return action


def add_to(menu: QMenu, action: QAction | None) -> None:
    """An entry of a menu, None a line between two groups."""
    if action is None:
        menu.addSeparator()
    else:
        action.setShortcutVisibleInContextMenu(True)
        menu.addAction(action)


KEYS_EVERYWHERE: tuple[tuple[str, str, str], ...] = (
    ("Lists", "Enter", "Open the selected record"),
    ("Lists", "F2", "Change the selected records"),
    ("Lists", "Ctrl+F", "Search in the list"),
    ("Lists", "Ctrl+Shift+F", "Conditions"),
    ("Lists", "F6", "Show the record beside the list"),
    ("Lists", "Ctrl+A", "Select everything"),
    ("Lists", "Ctrl+C", "Copy the cells for Excel"),
    ("Lists", "Ctrl+P", "Print the list"),
    ("Lists", "Del", "Delete the selected records"),
    ("Forms", "Ctrl+S", "Save"),
    ("Forms", "Ctrl+P", "Print"),
    ("Forms", "Ctrl+Shift+D", "Duplicate"),
    ("Forms", "F4", "Open the list behind a field"),
    ("Forms", "Alt+1", "Go to the first tab; Alt+2 to the second, and so on"),
    ("Forms", "Esc", "Leave; asks before text is lost"),
    ("Line tables", "Enter", "Go to the next cell; Tab as well"),
    ("Line tables", "Ctrl+Enter", "Go to the next line"),
    ("Line tables", "Ins", "Insert a line"),
    ("Line tables", "Ctrl+D", "Duplicate the line"),
    ("Line tables", "Ctrl+V", "Paste rows from Excel"),
    ("Line tables", "Ctrl+Z", "Take the last step back"),
    ("Line tables", "Ctrl+Return", "Go to the next line"),
    ("Line tables", "Ctrl+D", "Duplicate the line"),
    ("Line tables", "Alt+Up", "Move the line up"),
    ("Line tables", "Alt+Down", "Move the line down"),
    ("Line tables", "Ctrl+Z", "Undo"),
    ("Line tables", "Ctrl+Del", "Remove the line"),
)
"""Keys that screens answer themselves: place, keys, what they do (English, translated in the keyboard map)."""


def keyboard_map(commands: list[Command]) -> dict[str, list[tuple[str, str]]]:
    """Group → (keys, what they do), for the window of F1."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for command in commands:
        if command.shortcut:
            groups.setdefault(command.group or _("Window"), []).append((command.keys, command.title))
    for place, keys, text in KEYS_EVERYWHERE:
        groups.setdefault(_(place), []).append((native_keys(keys), _(text)))
    return groups
