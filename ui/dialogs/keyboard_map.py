"""The keyboard map of F1, drawn from the commands themselves."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import theme
from ui.commands import Command, keyboard_map
from ui.widgets.buttons import primary
from ui.widgets.labels import Label

_COLUMNS = 3


class KeyboardMap(QDialog):
    """Every shortcut, in columns of groups: it has to fit a low screen."""

    def __init__(self, parent: QWidget, commands: list[Command]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        column = QVBoxLayout(self)
        edge = theme.size("page") + 4
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(_("Keyboard shortcuts"), "title"))
        groups = keyboard_map(commands)
        sides = QHBoxLayout()
        sides.setSpacing(theme.current().px(32))
        columns = [QVBoxLayout() for _number in range(_COLUMNS)]
        for at, (title, keys) in enumerate(groups.items()):
            part = QWidget()
            part.setLayout(_group(title, keys))
            part.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            columns[min(at, _COLUMNS - 1)].addWidget(part)
        for side in columns:
            side.setSpacing(theme.size("margin"))
            side.addStretch(1)
            sides.addLayout(side)
        column.addLayout(sides)
        close = primary(_("Close"), clicked=self.accept)
        close.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column.addLayout(foot)


def _group(title: str, keys: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.size("margin"))
    grid.setVerticalSpacing(7)
    grid.addWidget(Label(title, "section"), 0, 0, 1, 2)
    for row, (shortcut, text) in enumerate(keys, 1):
        holder = QHBoxLayout()
        holder.setSpacing(4)
        for key in shortcut.split("+"):
            holder.addWidget(Label(key, "key"))
        holder.addStretch(1)
        grid.addLayout(holder, row, 0)
        grid.addWidget(Label(text), row, 1)
    grid.setColumnMinimumWidth(0, theme.current().px(116))
    grid.setColumnStretch(1, 1)
    return grid
