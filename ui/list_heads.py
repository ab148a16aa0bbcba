"""The head of a group in a list: what it says, and how it is drawn over the whole width of its row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QTableView

from crm_desktop.application import Application
from crm_desktop.kinds import show
from crm_desktop.services.list_groups import Group
from crm_desktop.words import _
from ui import icons, theme
from ui.list_cells import Cell, Column

_PAD = 12  # pixels left of the arrow and around a sum, at a text size of 100 %


def group_words(app: Application, by: Column, group: Group) -> str:
    """The value that the rows of a group share."""
    if isinstance(group.value, dt.date):
        return _("{year}-{month}").format(year=f"{group.value.year:04d}", month=f"{group.value.month:02d}")
    return show(group.value, by.field, app.options) or _("(empty)")


def head_cells(app: Application, columns: Sequence[Column], by: Column, group: Group) -> list[Cell]:
    """A head as it reads cell by cell: the value and the count in the first, the sums in their columns."""
    cells = [Cell(show(group.sums[c.name], c.field, app.options) if c.name in group.sums else "") for c in columns]
    if cells and columns[0].name not in group.sums:
        words = _("{field}: {value} ({count})")
        cells[0] = Cell(words.format(field=_(by.field.label), value=group_words(app, by, group), count=f"{group.count:,}"))
    return cells


class Heads(Protocol):
    """A list as its heads see it."""

    columns: list[Column]

    def group_at(self, row: int) -> Group | None:
        """The group whose head this row is."""

    def group_field(self) -> Column | None:
        """What the list is grouped by."""

    def is_open(self, row: int) -> bool:
        """Whether the group of this row shows its rows."""


class HeadPainter:
    """Draws the heads of one table. The table paints its rows first; what a head says does not scroll to the side."""

    def __init__(self, app: Application, view: QTableView) -> None:
        self._app, self._view = app, view

    def paint(self, painter: QPainter, model: Heads, row: int, *, current: bool) -> None:
        """Draw the head in `row`."""
        worn, view, group, by = theme.current(), self._view, model.group_at(row), model.group_field()
        if group is None or by is None:
            return
        high = view.verticalHeader().defaultSectionSize()
        box = QRect(0, view.rowViewportPosition(row), view.viewport().width(), high - 1)
        painter.fillRect(box, worn.colour("soft" if current else "bg"))
        if current:
            painter.fillRect(box.x(), box.y(), worn.px(3), box.height(), worn.colour("accent"))
        bold = worn.font()
        bold.setWeight(QFont.Weight.DemiBold)
        left = self._paint_title(painter, box, group, by, bold, is_open=model.is_open(row))
        self._paint_sums(painter, box, left, group, model.columns, bold)

    def _paint_title(self, painter: QPainter, box: QRect, group: Group, by: Column, bold: QFont, *, is_open: bool) -> int:
        """The arrow, the field, the value and the count; gives where they end."""
        worn = theme.current()
        side, pad = worn.px(14), worn.px(_PAD)
        arrow = icons.pixmap(
            "chevron_down" if is_open else "chevron_right", "dim", side, ratio=painter.device().devicePixelRatioF()
        )
        painter.drawPixmap(QPoint(pad, box.center().y() - side // 2 + 1), arrow)
        at = pad + side + worn.px(8)
        plain = worn.font()
        for text, font, token in (
            (_(by.field.label), plain, "dim"),
            (group_words(self._app, by, group), bold, "text"),
            (f"{group.count:,}", plain, "dim"),
        ):
            metrics = QFontMetrics(font)
            room = max(box.width() - at - pad, 0)
            fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.setFont(font)
            painter.setPen(worn.colour(token))
            painter.drawText(QRect(at, box.y(), room, box.height()), int(Qt.AlignmentFlag.AlignVCenter), fitting)
            at += metrics.horizontalAdvance(fitting) + worn.px(10)
        return at

    def _paint_sums(
        self, painter: QPainter, box: QRect, left: int, group: Group, columns: Sequence[Column], bold: QFont
    ) -> None:
        """The sums under their headings, as far as the title leaves room for them."""
        worn, view, metrics = theme.current(), self._view, QFontMetrics(bold)
        painter.setFont(bold)
        painter.setPen(worn.colour("text"))
        pad = worn.px(_PAD)
        for at, column in enumerate(columns):
            if column.name not in group.sums or view.isColumnHidden(at):
                continue
            text = show(group.sums[column.name], column.field, self._app.options)
            x, wide = view.columnViewportPosition(at), view.columnWidth(at)
            begins = x + wide - pad - metrics.horizontalAdvance(text)
            if begins >= left and x < box.right():
                painter.drawText(QRect(begins, box.y(), wide, box.height()), int(Qt.AlignmentFlag.AlignVCenter), text)
