"""Who owes how much for how long: one row a customer, the oldest debts first; and the account of one customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.rules.ageing import LABELS
from crm_desktop.services.accounts import Aged, Statement, ageing, statement
from crm_desktop.services.dunning import LEVELS, sees_dunning
from crm_desktop.words import N_, _, ngettext
from ui import theme
from ui.account_span import AccountSpanPicker
from ui.dunning import write_letters
from ui.shell import Shell
from ui.widgets.buttons import flat
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState, ScreenHead
from ui.widgets.trees import RowTree

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ID = Qt.ItemDataRole.UserRole
_ENTRY = (N_("Date"), N_("Number"), N_("What for"), N_("Owed"), N_("Paid"), N_("Balance"))


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount else ""


def _table(columns: Sequence[str], stretched: int, widths: Sequence[int], name: str) -> QTreeWidget:
    """A plain table of rows to read."""
    made = RowTree()
    made.setHeaderLabels(list(columns))
    made.setAccessibleName(name)
    made.setRootIsDecorated(False)
    made.setUniformRowHeights(True)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.header().setStretchLastSection(False)
    for at, width in enumerate(widths):
        made.setColumnWidth(at, theme.current().px(width))
        if at > stretched:
            made.headerItem().setTextAlignment(at, _RIGHT)
    made.header().setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    return made


def _row(texts: Iterable[str], from_: int, data: Any, *, red: Iterable[int] = (), bold: bool = False) -> QTreeWidgetItem:
    item = QTreeWidgetItem(list(texts))
    item.setData(0, _ID, data)
    for at in range(from_, item.columnCount()):
        item.setTextAlignment(at, _RIGHT)
    for at in red:
        item.setForeground(at, QColor(theme.colour("red")))
    if bold:
        font = item.font(0)
        font.setBold(True)
        for at in range(item.columnCount()):
            item.setFont(at, font)
    return item


class AgeingScreen(QWidget):
    """All customers who owe something."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Ages of receivables"), "data_bar_vertical", "screen:ageing"
        head = ScreenHead(self.title)
        self.summary = Label("", "dim")
        self.shown = QComboBox()
        self._rows: Sequence[Aged] = ()
        may = shell.app.actor.may
        self._reminds = sees_dunning(shell.app)
        self.table = _table(self._columns(), 0, (150, 82, 90, 90, 94, 94, 106, 92, 82, 92, 62, 118), self.title)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.empty = EmptyState("checkmark_circle", _("Nobody owes anything."), _("Receivables of confirmed orders will stand here."))
        self.empty.hide()
        head.row.addWidget(self.summary, 1)
        if self._reminds:
            self._offer_filters(head)
        head.row.addWidget(flat(_("Refresh"), "arrow_sync", self.refresh))
        self.letters = flat(_("Reminders…"), "mail", self.write_letters)
        self.letters.setToolTip(_("Letters to the customers that are marked; without any, to all who are due for one."))
        self.letters.setVisible(self._reminds and may("customers.print"))
        head.row.addWidget(self.letters)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        column = QVBoxLayout()
        column.setContentsMargins(theme.size("page"), 0, theme.size("page"), theme.size("margin"))
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)
        whole.addLayout(column, 1)
        self.table.itemActivated.connect(lambda item, _at: self._open(item))
        self.setFocusProxy(self.table)
        self.refresh()

    def close_request(self) -> bool:
        """Nothing is typed here."""
        return True

    def refresh(self) -> None:
        """Sum it anew."""
        self._shell.tasks.run(partial(ageing, self._shell.app), self._show, self._shell.notices.error, owner=self)

    def write_letters(self) -> None:
        """Reminders to the customers that are marked; without any, to all who are due for one."""
        marked = [a for item in self.table.selectedItems() if (a := item.data(1, _ID)) is not None]
        whom = [(a.customer.id, a.currency_id) for a in marked] if marked else None
        write_letters(self._shell, self, whom, self.refresh)

    def _columns(self) -> list[str]:
        columns = [_("Customer"), _("Currency"), *(_(label) for label in LABELS), _("Owed"), _("Credit"), _("Oldest")]
        return [*columns, _("Level"), _("Last reminder")] if self._reminds else columns

    def _offer_filters(self, head: ScreenHead) -> None:
        levels = [(_("Level {level}").format(level=at), partial(_stands_at, at)) for at in range(1, LEVELS + 1)]
        for words, test in (
            (_("All customers"), _anybody), (_("Late with a payment"), _is_late), (_("Due for a reminder"), _is_due), *levels,
        ):  # fmt: skip
            self.shown.addItem(words, test)
        self.shown.setAccessibleName(_("Show"))
        self.shown.currentIndexChanged.connect(self._fill)
        head.row.addWidget(self.shown)

    def _show(self, rows: Sequence[Aged]) -> None:
        self._rows = rows
        self._fill()

    def _fill(self) -> None:
        test: Callable[[Aged], bool] = self.shown.currentData() or _anybody
        rows = [aged for aged in self._rows if test(aged)]
        self.table.clear()
        for aged in rows:
            self.table.addTopLevelItem(self._item(aged))
        for currency in sorted({a.currency for a in rows}):
            mine = [a for a in rows if a.currency == currency]
            sums = [sum((a.classes[at] for a in mine), Decimal(0)) for at in range(len(LABELS))]
            owed, credit = sum((a.owed for a in mine), Decimal(0)), sum((a.credit for a in mine), Decimal(0))
            texts = [_("Altogether"), currency, *map(_money, sums), _money(owed), _money(credit), ""]
            total = _row(texts, 2, 0, bold=True)
            total.setFlags(total.flags() & ~Qt.ItemFlag.ItemIsSelectable)
            self.table.addTopLevelItem(total)
        self._make_room()
        self._say(rows)

    def _make_room(self) -> None:
        """Large sums need more than the width a column begins with."""
        for at in range(2, self.table.columnCount()):
            before = self.table.columnWidth(at)
            self.table.resizeColumnToContents(at)
            self.table.setColumnWidth(at, max(before, self.table.columnWidth(at)))

    def _item(self, aged: Aged) -> QTreeWidgetItem:
        texts = [aged.customer.label, aged.currency, *map(_money, aged.classes), _money(aged.owed), _money(aged.credit)]
        texts.append(aged.oldest.isoformat() if aged.oldest else "")
        if self._reminds:
            texts += [_level_words(aged), aged.reminded.isoformat() if aged.reminded else ""]
        late = [at + 2 for at, amount in enumerate(aged.classes) if at > 2 and amount > 0]
        item = _row(texts, 2, aged.customer.id, red=[*late, 10] if aged.letter else late)
        item.setData(1, _ID, aged)
        if aged.letter and self._reminds:
            item.setToolTip(10, _("Reminder {level} is due.").format(level=aged.letter))
        return item

    def _say(self, rows: Sequence[Aged]) -> None:
        late_ones = sum(a.overdue > 0 for a in rows)
        words = ngettext("{count} customer is late with a payment.", "{count} customers are late with a payment.", late_ones)
        parts = [words.format(count=late_ones)]
        if self._reminds and (due := sum(a.letter > 0 for a in rows)):
            parts.append(ngettext("{count} is due for a reminder.", "{count} are due for a reminder.", due).format(count=due))
        self.summary.setText(" ".join(parts))
        there = bool(self._rows)
        self.table.setVisible(there)
        self.empty.setVisible(not there)

    def _open(self, item: QTreeWidgetItem) -> None:
        if customer := item.data(0, _ID):
            self._shell.open_record("customers", customer)


def _level_words(aged: Aged) -> str:
    """The level a customer has, and the one that is due."""
    if aged.letter:
        return f"{aged.level} → {aged.letter}" if aged.letter > aged.level else f"→ {aged.letter}"
    return str(aged.level) if aged.level else ""


def _anybody(_aged: Aged) -> bool:
    return True


def _is_late(aged: Aged) -> bool:
    return aged.overdue > 0


def _is_due(aged: Aged) -> bool:
    return aged.letter > 0


def _stands_at(level: int, aged: Aged) -> bool:
    return aged.level == level


class AccountPage(QWidget):
    """The account of one customer, a page of the customer's window."""

    def __init__(self, shell: Shell, customer: int) -> None:
        super().__init__()
        self._shell, self._customer = shell, customer
        self.head = Label("", "heading")
        self.note = Label("", "dim")
        self.table = _table([_(c) for c in _ENTRY], 2, (110, 150, 260, 120, 120, 130), _("Account"))
        self.span = AccountSpanPicker(shell, customer, wide=True)
        self._asked = 0
        row = QHBoxLayout()
        row.addWidget(self.head)
        row.addWidget(self.note, 1)
        row.addWidget(self.span)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self.table.itemActivated.connect(lambda item, _at: self._open(item))
        self.span.changed.connect(self.refresh)
        self.setFocusProxy(self.table)
        self.refresh()

    def refresh(self) -> None:
        """Read the account again."""
        self._asked += 1
        work = partial(statement, self._shell.app, self._customer, self.span.span())
        self._shell.tasks.run(work, partial(self._show, self._asked), self._shell.notices.error, owner=self)

    def _show(self, asked: int, found: Statement) -> None:
        if asked != self._asked:  # another part was chosen meanwhile
            return
        self.table.clear()
        self.head.setText(_("Balance {amount} {currency}").format(amount=f"{found.closing:,.2f}", currency=found.currency))
        parts = [_("overdue {amount}").format(amount=f"{found.stands.overdue:,.2f}")] if found.stands.overdue else []
        parts += [_("credit {amount}").format(amount=f"{found.stands.credit:,.2f}")] if found.stands.credit else []
        self.note.setText(" · ".join(parts))
        if not self.span.from_beginning:
            texts = [found.since.isoformat(), "", _("Carried forward"), "", "", f"{found.opening:,.2f}"]
            self.table.addTopLevelItem(_row(texts, 3, None, bold=True))
        for entry in found.entries:
            texts = [entry.day.isoformat(), entry.number, entry.words, _money(entry.owed), _money(entry.paid), f"{entry.balance:,.2f}"]
            self.table.addTopLevelItem(_row(texts, 3, (entry.type, entry.id)))
        self.table.addTopLevelItem(
            _row([found.until.isoformat(), "", _("Balance"), "", "", f"{found.closing:,.2f}"], 3, None, bold=True)
        )

    def _open(self, item: QTreeWidgetItem) -> None:
        if place := item.data(0, _ID):
            self._shell.open_record(*place)
