"""Which columns a list shows, in which order, and how many stay in sight while the others scroll."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.records.record_type import Field
from crm_desktop.words import _
from ui import theme
from ui.list_state import ListState, default_state
from ui.widgets.buttons import Button
from ui.widgets.inputs import NumberBox, SearchEdit
from ui.widgets.labels import Label

_NAME = Qt.ItemDataRole.UserRole


class ColumnChooser(QDialog):
    """Ticks to choose, drag (or Alt with the arrow keys) to order."""

    def __init__(self, state: ListState, visible: Mapping[str, Field], parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self._visible = state, visible
        self.setWindowTitle(_("Columns"))
        self.resize(theme.current().px(380), theme.current().px(560))
        self.search = SearchEdit(_("Search"))
        self.list = QListWidget()
        self.list.setProperty("role", "plain")
        self.list.setAccessibleName(_("Columns"))
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.freeze = NumberBox(0, 5, state.frozen)
        self._lay_out()
        self._fill(state.columns)
        self.search.textChanged.connect(self._narrow)
        self.list.itemChanged.connect(lambda _item: self._check())
        self._check()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns chosen, in their order."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return tuple(i.data(_NAME) for i in items if i.checkState() == Qt.CheckState.Checked)

    @property
    def frozen(self) -> int:
        """How many of them stay in sight."""
        return min(self.freeze.value(), max(0, len(self.columns) - 1))

    def move(self, step: int) -> None:  # type: ignore[override]
        """Move the row the cursor is on up (-1) or down (+1)."""
        row = self.list.currentRow()
        target = row + step
        if row >= 0 and 0 <= target < self.list.count():
            self.list.insertItem(target, self.list.takeItem(row))
            self.list.setCurrentRow(target)

    def reset(self) -> None:
        """Back to what the program brings."""
        self._fill(default_state(self._state.type, self._visible, self._state.fixed).columns)
        self.freeze.setValue(0)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(_("Tick what you want to see; drag to change the order."), "dim", wrap=True))
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        words = QLabel(_("Columns that stay in sight at the left"))
        words.setBuddy(self.freeze)
        row.addWidget(words, 1)
        row.addWidget(self.freeze)
        column.addLayout(row)
        foot = QHBoxLayout()
        foot.addWidget(Button(_("Reset"), "arrow_reset", kind="flat", clicked=self.reset))
        foot.addWidget(
            Button("", "arrow_up", kind="flat", clicked=lambda: self.move(-1), shortcut="Alt+Up", tip=_("Up"))
        )
        foot.addWidget(
            Button("", "arrow_down", kind="flat", clicked=lambda: self.move(1), shortcut="Alt+Down", tip=_("Down"))
        )
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.ok = Button(_("Apply"), kind="primary", clicked=self.accept)
        self.ok.setDefault(True)
        foot.addWidget(self.ok)
        column.addLayout(foot)

    def _fill(self, chosen: tuple[str, ...]) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for name in (*chosen, *(n for n in self._visible if n not in chosen)):
            item = QListWidgetItem(_(self._visible[name].label), self.list)
            item.setData(_NAME, name)
            item.setToolTip(_(self._visible[name].help))
            item.setCheckState(Qt.CheckState.Checked if name in chosen else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self._check()

    def _narrow(self, text: str) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(text.strip().casefold() not in item.text().casefold())

    def _check(self) -> None:
        self.ok.setEnabled(bool(self.columns))
