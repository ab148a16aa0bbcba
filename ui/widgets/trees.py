"""A tree of rows that shows where the keys are as soon as they come to it."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QTreeWidget

from ui import theme


class RowTree(QTreeWidget):
    """Qt leaves a tree that was filled anew without a current row until an arrow key is pressed: nobody would see that it has the keys."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._begin()
        self.viewport().update()

    def rowsInserted(self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        if self.hasFocus():
            self._begin()

    def _begin(self) -> None:
        if not self.currentIndex().isValid() and self.topLevelItemCount():
            first = self.model().index(0, 0)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self.currentIndex().isValid():
            painter = QPainter(self.viewport())
            painter.setPen(theme.colour("accent"))
            row = self.visualRect(self.currentIndex())
            painter.drawRect(0, row.y(), self.viewport().width() - 1, row.height() - 1)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
