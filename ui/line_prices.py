"""The prices of the lines of a document while they are typed: what the price lists say, and what the customer paid last.

A price that a person typed stays. A price is the person's own when it is not the one that was proposed; one that is goes along with the
customer, the day, the currency and the quantity.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from crm_desktop.draft import Line, Ref
from crm_desktop.kinds import show
from crm_desktop.services.pricing import (
    Basis,
    LastPrice,
    Proposal,
    Wanted,
    as_values,
    basis_of,
    last_price,
    propose,
    wanted_of,
)
from crm_desktop.words import _
from ui.editor_base import Around
from ui.lines_lookup import LineLookups
from ui.lines_model import LinesModel

_Key = tuple[Basis, Wanted | None]


class LinePrices(QObject):
    """Looks at the lines whenever something was worked out anew, and asks for the prices of those that changed."""

    told = Signal()
    """What there is to say of a line may be another thing now."""

    def __init__(self, lines: LinesModel, lookups: LineLookups, around: Around, parent: QObject) -> None:
        super().__init__(parent)
        self.lines, self.lookups, self.around = lines, lookups, around
        self._known: dict[int, _Key] = {}  # by id(line): what its price was asked for
        self._found: dict[int, Proposal] = {}
        self._last: dict[tuple[int, int], LastPrice | None] = {}  # by customer and product
        lookups.priced.connect(self._filled)

    @property
    def works(self) -> bool:
        """Whether prices are proposed in this document as it is now."""
        return self.lines.kind.priced and not self.lines.locked and "price" in self.lines.fields

    def begin(self) -> None:
        """Another document is shown: its prices stay as they are until something changes."""
        self._found, self._last = {}, {}
        self._known = self._keys()

    def _keys(self) -> dict[int, _Key]:
        basis = basis_of(self.lines.kind, self.lines.draft.values)
        return {id(line): (basis, wanted_of(line.values)) for line in self.lines.lines}

    def look(self) -> None:
        """Ask for the prices of the lines that changed."""
        if not self.works:
            return
        keys = self._keys()
        changed = [
            line for line in self.lines.lines
            if keys[id(line)] != self._known.get(id(line)) and keys[id(line)][1] is not None and not self.lookups.waits_for(line)
        ]  # fmt: skip
        waiting = {id(line) for line in self.lines.lines if self.lookups.waits_for(line)}
        self._known = {key: self._known.get(key, value) if key in waiting else value for key, value in keys.items()}
        self._found = {key: found for key, found in self._found.items() if key in keys}
        if changed:
            asked = [(line, keys[id(line)]) for line in changed]
            wanted = [w for _line, (_basis, w) in asked if w is not None]
            work = partial(propose, self.around.app, self.lines.kind.key, dict(self.lines.draft.values), wanted)
            self.lookups.run(work, partial(self._answered, asked))

    def _answered(self, asked: Sequence[tuple[Line, _Key]], found: Sequence[Proposal]) -> None:
        changed = False
        for (line, key), proposal in zip(asked, found, strict=True):
            if self._known.get(id(line)) == key and self.lines.row_of(line) >= 0:  # else a newer question is under way
                changed = self._take(line, proposal) or changed
        if changed:
            self.lines.edited.emit()  # once for all of them: amounts are worked out anew
        self.told.emit()

    def _take(self, line: Line, proposal: Proposal) -> bool:
        values: dict[str, Any] = dict(as_values(proposal))
        if proposal.price is not None and not self.own_price(line):
            values["price"] = proposal.price
        self._found[id(line)] = proposal
        new = {n: v for n, v in values.items() if line.values.get(n) != v}
        for name, value in new.items():
            self.lines.put(line, name, value)
        return bool(new)

    def own_price(self, line: Line) -> bool:
        """Whether a person typed the price of a line."""
        price, proposed = line.values.get("price"), line.values.get("list_price")
        unread = (id(line), "price") in self.lines.bad
        return unread or (price != proposed if proposed is not None else bool(price))

    def _filled(self, line: Line, values: object, wanted: Wanted, proposal: Proposal) -> None:
        """A product was chosen, and its price came with it."""
        basis = basis_of(self.lines.kind, values)  # type: ignore[arg-type]
        self._known[id(line)] = (basis, wanted)
        self._found[id(line)] = proposal
        self.told.emit()

    # What is said of a line

    def words(self, row: int) -> str:
        """Where the price of a line comes from, and what the customer paid last; '' where there is nothing to say."""
        line = self.lines.line(row)
        if line is None or not self.works or wanted_of(line.values) is None:
            return ""
        return "    ·    ".join(p for p in (self._source(line), self._paid(line)) if p)

    def _source(self, line: Line) -> str:
        price, listed, found = line.values.get("list_price"), line.values.get("price_list_id"), self._found.get(id(line))
        if price is None:
            return ""
        shown = self._money(price)
        if found is not None and found.bundle and found.source is not None:
            words = _("In the bundle “{name}”: {price}").format(name=found.source.label, price=shown)
        elif isinstance(listed, Ref):
            words = _("Price list “{name}”: {price}").format(name=listed.label, price=shown)
            if found is not None and found.since:
                words += " " + _("(from {quantity})").format(quantity=f"{found.since.normalize():f}")
        else:
            words = _("List price: {price}").format(price=shown)
        return words + (" " + _("(another one was typed)") if self.own_price(line) else "")

    def _paid(self, line: Line) -> str:
        customer, wanted = self.lines.draft.values.get("customer_id"), wanted_of(line.values)
        if not isinstance(customer, Ref) or wanted is None:
            return ""
        key = (customer.id, wanted.product)
        if key not in self._last:
            self._last[key] = None  # until the answer comes
            work = partial(last_price, self.around.app, *key)
            self.around.tasks.run(work, partial(self._paid_found, key), self.around.failed, owner=self)
        last = self._last[key]
        if last is None:
            return ""
        return _("Last sold to this customer: {price} {currency} on {day}, {number}").format(
            price=self._money(last.price), currency=last.currency, day=last.day.isoformat(), number=last.order.label
        )

    def _paid_found(self, key: tuple[int, int], found: LastPrice | None) -> None:
        if key in self._last:
            self._last[key] = found
            if found is not None:
                self.told.emit()

    def _money(self, price: Decimal) -> str:
        return show(price, self.lines.fields["price"], self.around.app.options)
