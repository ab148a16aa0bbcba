"""What can be done from anywhere by keyboard or by name: one list feeds the shortcuts, the menus, the command palette and
the keyboard map, so that none of them can forget one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from crm_desktop.words import N_, _
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
    (N_("Lists"), "Enter", N_("Open the selected record")),
    (N_("Lists"), "F2", N_("Change the selected records")),
    (N_("Lists"), "Ctrl+F", N_("Search in the list")),
    (N_("Lists"), "Ctrl+Shift+F", N_("Conditions")),
    (N_("Lists"), "F6", N_("Show the record beside the list")),
    (N_("Lists"), "Ctrl+A", N_("Select everything")),
    (N_("Lists"), "Ctrl+C", N_("Copy the cells for Excel")),
    (N_("Lists"), "Ctrl+P", N_("Print the list")),
    (N_("Lists"), "Del", N_("Delete the selected records")),
    (N_("Forms"), "Ctrl+S", N_("Save")),
    (N_("Forms"), "Ctrl+P", N_("Print")),
    (N_("Forms"), "Ctrl+Shift+D", N_("Duplicate")),
    (N_("Forms"), "F4", N_("Open the list behind a field")),
    (N_("Forms"), "Alt+1", N_("Go to the first tab; Alt+2 to the second, and so on")),
    (N_("Forms"), "Esc", N_("Leave; asks before text is lost")),
    (N_("Line tables"), "Ctrl+L", N_("Go from the fields to the next line")),
    (N_("Line tables"), "Enter", N_("Go to the next cell; Tab as well")),
    (N_("Line tables"), "Ctrl+Enter", N_("Go to the next line")),
    (N_("Line tables"), "Ins", N_("Insert a line")),
    (N_("Line tables"), "Ctrl+Ins", N_("Add several lines")),
    (N_("Line tables"), "Ctrl+D", N_("Duplicate the line")),
    (N_("Line tables"), "Ctrl+V", N_("Paste rows from Excel")),
    (N_("Line tables"), "Ctrl+Z", N_("Take the last step back")),
    (N_("Line tables"), "Alt+Up", N_("Move the line up")),
    (N_("Line tables"), "Alt+Down", N_("Move the line down")),
    (N_("Line tables"), "Ctrl+Del", N_("Remove the line")),
)
"""Keys that screens answer themselves: place, keys, what they do (English, translated in the keyboard map)."""


def keyboard_map(commands: list[Command]) -> dict[str, list[tuple[str, str]]]:
    """Group → (keys, what they do), for the window of Ctrl+F1 and for the manual."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for command in commands:
        if command.shortcut:
            groups.setdefault(command.group or _("Window"), []).append((command.keys, command.title))
    for place, keys, text in KEYS_EVERYWHERE:
        groups.setdefault(_(place), []).append((native_keys(keys), _(text)))
    return groups
