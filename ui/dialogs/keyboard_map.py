"""The keyboard map of Ctrl+F1, drawn from the commands themselves."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import theme
from ui.commands import Command, keyboard_map
from ui.widgets.buttons import primary
from ui.widgets.labels import Label

_COLUMNS = 3
_WIDEST, _HIGHEST = 1340, 710  # a screen of 1366 × 768 with its task bar; the rest scrolls


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
        page = QWidget()
        page.setProperty("scrolled", "true")
        sides = QHBoxLayout(page)
        sides.setContentsMargins(0, 0, 0, 0)
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
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(page)
        column.addWidget(area, 1)
        close = primary(_("Close"), clicked=self.accept)
        close.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column.addLayout(foot)
        wanted, bar = page.sizeHint(), area.verticalScrollBar().sizeHint().width()
        edges = 2 * edge + 2
        self.resize(min(wanted.width() + edges + bar, _WIDEST), min(wanted.height() + edges + theme.current().px(96), _HIGHEST))


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
