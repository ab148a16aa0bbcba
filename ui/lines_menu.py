"""The menu of a line table: what can be done with the lines, with the keys that do it too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from crm_desktop.words import _
from ui import icons
from ui.lines_model import LinesModel


class LineTable(Protocol):
    """What the menu asks of the table."""

    lines: LinesModel

    def insert_line(self) -> None:
        """An empty line before this one."""

    def duplicate_lines(self) -> None:
        """Copies of the selected lines."""

    def remove_lines(self) -> None:
        """Take the selected lines away."""

    def move_line(self, by: int) -> None:
        """Move a line up or down."""

    def copy(self) -> None:
        """Copy the selected cells."""

    def paste(self) -> None:
        """Paste a block."""

    def undo(self) -> None:
        """Take the last step back."""


def lines_menu(parent: QWidget, grid: LineTable) -> QMenu:
    """The menu for the lines that are selected."""
    menu, open_ = QMenu(parent), not grid.lines.locked
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    rows: tuple[tuple[str, str, str, Callable[[], Any], bool] | None, ...] = (
        ("add", _("Insert a line"), "Ins", grid.insert_line, open_),
        ("copy", _("Duplicate the line"), "Ctrl+D", grid.duplicate_lines, open_),
        ("delete", _("Remove the line"), "Ctrl+Del", grid.remove_lines, open_),
        None,
        ("arrow_up", _("Move up"), "Alt+Up", partial(grid.move_line, -1), open_),
        ("arrow_down", _("Move down"), "Alt+Down", partial(grid.move_line, 1), open_),
        None,
        ("copy", _("Copy"), "Ctrl+C", grid.copy, True),
        ("clipboard_paste", _("Paste"), "Ctrl+V", grid.paste, True),
        ("arrow_undo", _("Undo"), "Ctrl+Z", grid.undo, grid.lines.can_undo()),
    )
    for entry in rows:
        if entry is None:
            menu.addSeparator()
            continue
        icon, words, keys, do, possible = entry
        action = menu.addAction(icons.icon(icon), f"{words}\t{QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)}")
        action.triggered.connect(lambda _on=False, do=do: do())
        action.setEnabled(possible)
    return menu
