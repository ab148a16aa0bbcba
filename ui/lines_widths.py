"""How wide the columns of the line table are, and how high it is: texts share the room, until a person sizes a column."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QTableView

from crm_desktop.words import _
from ui import theme
from ui.lines_model import LinesModel

_CHARACTER, _AROUND = 7, 18  # pixels of a character, and around a text


class LineWidths:
    """The sizes of one table."""

    def __init__(self, grid: QTableView, lines: LinesModel) -> None:
        self._grid, self._lines = grid, lines
        self._own, self._sizing = False, False
        grid.horizontalHeader().sectionResized.connect(lambda *_args: self._take_width())
        for change in (lines.modelReset, lines.rowsInserted, lines.rowsRemoved):
            change.connect(self._fit_height)

    def follow(self) -> None:
        """The table has another size."""
        if not self._own:
            self.size_columns()

    def size_columns(self) -> None:
        """Give each column its width; texts share the room that is left."""
        self._sizing = True
        grid, lines = self._grid, self._lines
        columns = range(len(lines.names))
        for column in columns:  # what is not yet known of a draft needs no room
            grid.setColumnHidden(column, self._only_when_locked(column))
        widths = [0 if grid.isColumnHidden(c) else self._natural(c) for c in columns]
        spare = grid.viewport().width() - sum(widths)
        texts = [c for c in columns if lines.field(c).kind in ("text", "reference") and lines.field(c).width >= 14]
        for column in texts:
            share = spare // len(texts)
            least = max(widths[column] * 7 // 10, self._of_title(column))
            widths[column] = max(widths[column] + share, min(least, widths[column]))
        if spare > 0 and texts:
            widths[texts[-1]] += spare % len(texts)
        for column, wide in enumerate(widths):
            grid.setColumnWidth(column, wide)
        self._sizing = False
        self._fit_height()

    def _natural(self, column: int) -> int:
        """How wide a column is that nobody has sized."""
        worn, about = theme.current(), self._lines.field(column)
        return max(worn.px(about.width * _CHARACTER + _AROUND), self._of_title(column))

    def _of_title(self, column: int) -> int:
        metrics = QFontMetrics(theme.current().font(bold=True))
        return metrics.horizontalAdvance(_(self._lines.field(column).label)) + theme.current().px(24)

    def _take_width(self) -> None:
        if not self._sizing:
            self._own = True

    def _only_when_locked(self, column: int) -> bool:
        """Whether a column only means something once the document is closed, such as what was delivered."""
        about = self._lines.field(column)
        return not self._lines.locked and about.editable_when_locked and about.kind == "quantity"

    def _fit_height(self, *_ignored: Any) -> None:
        """As high as its rows, up to a bound; beyond it scrolls by itself."""
        worn, grid = theme.current(), self._grid
        rows = min(max(self._lines.rowCount(), 5), 14)
        bar = grid.horizontalScrollBar()
        extra = bar.sizeHint().height() if bar.maximum() > 0 else 0
        high = grid.horizontalHeader().height() + rows * worn.px(34) + extra + 3
        if high != grid.height():
            grid.setFixedHeight(high)
