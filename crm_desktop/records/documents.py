"""What documents with priced lines have in common: their amounts, and carrying lines over from one document to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.records.record_type import Problems
from crm_desktop.rules.amount_words import chinese_words
from crm_desktop.rules.prices import deviation
from crm_desktop.rules.totals import document_amounts, line_amounts
from crm_desktop.words import _

ZERO = Decimal(0)
GOODS = ("product_id", "code", "name", "specification", "unit")
PRICED = (*GOODS, "quantity", "price", "discount", "tax_rate", "remark", "list_price", "price_list_id", "bundle_id")


def number(values: Mapping[str, Any], name: str) -> Decimal:
    """A number of a record or line; nothing counts as 0."""
    return values.get(name) or ZERO


def work_out(draft: Draft) -> None:
    """Amounts of the lines and of the document, from quantities, prices, discounts and rates."""
    included = draft.values.get("tax_mode") != "excluded"
    rows = []
    for line in draft.lines:
        quantity, price, discount, rate = (number(line.values, n) for n in ("quantity", "price", "discount", "tax_rate"))
        row = line_amounts(quantity, price, discount, rate, included)
        line.values["amount"], line.values["tax"] = row.amount, row.tax
        rows.append(row)
    sums = document_amounts(rows, number(draft.values, "order_discount"), number(draft.values, "freight"), included)
    draft.values |= {"net": sums.net, "tax": sums.tax, "total": sums.total, "total_words": chinese_words(sums.total)}


def deepest_discount(draft: Draft) -> Decimal:
    """How many percent below the price by list the cheapest line is sold, with what is taken off the whole document."""
    goods = sum((number(line.values, "amount") for line in draft.lines), ZERO)
    off = number(draft.values, "order_discount")
    share = (goods - off) / goods if goods > 0 and 0 < off <= goods else Decimal(1)
    found = (
        deviation(number(line.values, "price") * share, number(line.values, "discount"), line.values.get("list_price"))
        for line in draft.lines
    )
    return max(found, default=ZERO)


def prices_are_sane(draft: Draft) -> Problems:
    """What no priced document can have, whatever its state."""
    for at, line in enumerate(draft.lines):
        if number(line.values, "price") < 0:
            yield f"lines.{at}.price", _("This cannot be less than nothing.")
        for name in ("discount", "tax_rate"):
            if not 0 <= number(line.values, name) <= 100:
                yield f"lines.{at}.{name}", _("A percentage between 0 and 100 is needed.")
    goods = sum((number(line.values, "amount") for line in draft.lines), ZERO)
    discount = number(draft.values, "order_discount")
    if discount < 0 or (discount > 0 and discount > goods):
        yield "order_discount", _("The discount cannot be more than the goods.")


def quantities_are_whole(draft: Draft) -> Problems:
    """Goods that move have quantities above nothing."""
    for at, line in enumerate(draft.lines):
        if number(line.values, "quantity") <= 0:
            yield f"lines.{at}.quantity", _("More than nothing is needed.")


def needs_lines(draft: Draft) -> Problems:
    """A document that counts has something in it."""
    if not draft.lines:
        yield "lines", _("At least one line is needed.")


def begins_as(draft: Draft, before: Draft | None, state: str) -> None:
    """A new document begins in its first state, whatever it was made from."""
    if before is None:
        draft.values["status"] = state


def taken(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Those of the values that the next document begins with."""
    return {n: values[n] for n in names if n in values}


def ref_to(source: Draft, label: str = "number") -> Ref:
    """A reference to a source."""
    return Ref(int(source.id or 0), str(source.values.get(label) or ""))


def lines_from(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """New lines with these values."""
    return [Line(None, dict(row)) for row in rows]


def shared(sources: Sequence[Draft], names: Iterable[str]) -> dict[str, Any]:
    """The values that all sources agree on."""
    first = sources[0].values
    return {n: first[n] for n in names if n in first and all(s.values.get(n) == first[n] for s in sources)}
