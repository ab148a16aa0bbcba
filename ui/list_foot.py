"""The foot of a list: how many are selected, how many there are, and what they sum to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from crm_desktop.kinds import KINDS
from crm_desktop.options import Options
from crm_desktop.services.listing import Count
from crm_desktop.words import _, ngettext
from ui import theme
from ui.list_cells import Column
from ui.widgets.buttons import Button
from ui.widgets.labels import Label

_NO_OPTIONS = Options({})


class ListFoot(QFrame):
    """Counts at the left, totals at the right."""

    exact_wanted = Signal()
    totals_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("line", "top")
        self.setFixedHeight(theme.current().px(40))
        self.selected, self.number = Label("", "dim"), Label("", "dim")
        self.exact = Button(_("Count exactly"), kind="link", clicked=self._count)
        self.sum = Button(_("Show totals"), kind="link", clicked=self._sum)
        self._columns: list[Column] = []
        self._totals: Mapping[str, Decimal] | None = None
        self._selection: Mapping[str, Decimal] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.size("page"), 0, theme.size("margin"), 0)
        row.setSpacing(theme.size("gap") * 2)
        for widget in (self.selected, self.number, self.exact):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.sum)
        self._sums = QWidget()
        self._row = QHBoxLayout(self._sums)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.size("gap"))
        row.addWidget(self._sums)
        self.selected.hide()
        self.exact.hide()
        self.sum.hide()

    def show_count(self, number: Count | None, columns: Sequence[Column]) -> None:
        """How many there are; None while nobody knows. `columns` are those that can be summed."""
        self._columns = list(columns)
        self.number.setText(count_words(number) if number else "")
        self.exact.setVisible(bool(number and number.capped))
        self.sum.setVisible(bool(number and number.capped and self._columns and self._totals is None))

    def show_totals_of(self, totals: Mapping[str, Decimal] | None) -> None:
        """What the whole result sums to; None while nobody knows."""
        self._totals = totals
        if totals is not None:
            self.sum.hide()
        self._show_sums()

    def show_selection(self, selected: Count, sums: Mapping[str, Decimal] | None, *, everything: bool) -> None:
        """How many rows are selected, and what those sum to (None: the totals stay those of the whole result)."""
        self.selected.setVisible(selected.number > 1 or everything)
        if everything:
            self.selected.setText(_("The whole result is selected"))
        else:
            self.selected.setText(
                ngettext("{count} selected", "{count} selected", selected.number).format(count=f"{selected.number:,}")
            )
        self._selection = sums
        self._show_sums()

    def _show_sums(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        sums = self._selection if self._selection is not None else self._totals
        for column in self._columns if sums else []:
            value = sums.get(column.name) if sums else None
            words = _("{field} of the selection") if self._selection is not None else _("{field} altogether")
            self._row.addWidget(Label(words.format(field=_(column.field.label)), "dim"))
            self._row.addWidget(Label(KINDS[column.field.kind].show(value, column.field, _NO_OPTIONS), "strong"))
            self._row.addSpacing(theme.size("gap"))

    def _count(self) -> None:
        self.exact.hide()
        self.number.setText(_("Counting…"))
        self.exact_wanted.emit()

    def _sum(self) -> None:
        self.sum.hide()
        self.totals_wanted.emit()


def count_words(number: Count) -> str:
    """A count as people read it: "1,048 entries", "more than 10,000 entries"."""
    text = f"{number.number:,}"
    if number.capped:
        return _("more than {count} entries").format(count=text)
    return ngettext("{count} entry", "{count} entries", number.number).format(count=text)
