"""What invoices and receipts begin with: what of their sources is not invoiced, and not paid, yet."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm_desktop.draft import Draft
from crm_desktop.records.documents import ZERO, lines_from, number, ref_to, shared, taken
from crm_desktop.words import _

_CENT = Decimal("0.01")
_OF_AN_INVOICE = (
    "customer_id", "kind", "currency_id", "tax_mode", "title_name", "tax_number", "bank", "bank_account", "owner_id", "department_id",
)  # fmt: skip


def receipt_from_receivables(sources: Sequence[Draft]) -> Draft:
    """A receipt of everything that the receivables still expect, the oldest first."""
    values = shared(sources, ("customer_id", "currency_id", "owner_id", "department_id"))
    expected = [s for s in sources if number(s.values, "open_amount") and s.values.get("status") not in ("void", "written_off")]
    expected.sort(key=lambda s: (s.values.get("due_date") is None, s.values.get("due_date"), s.id or 0))
    rows = []
    for source in expected:
        amount = number(source.values, "open_amount")
        row = taken(source.values, ("title", "order_id", "due_date"))
        rows.append(row | {"receivable_id": ref_to(source), "amount": amount})
    total = sum((r["amount"] for r in rows), ZERO)
    values |= {"amount": abs(total), "kind": "receipt" if total >= 0 else "refund"}
    return Draft("receipts", values=values, lines=lines_from(rows))


def invoice_from_orders(sources: Sequence[Draft]) -> Draft:
    """An invoice of what of the orders is not invoiced yet: their lines, or one line with the rest of an order invoiced in part."""
    values = shared(sources, ("customer_id", "currency_id", "tax_mode", "owner_id", "department_id"))
    values["tax_mode"] = "included"
    rows: list[dict[str, Any]] = []
    for order in sources:
        left = number(order.values, "total") - number(order.values, "returned") - number(order.values, "invoiced")
        if left > 0:
            rows += _whole(order) if _is_whole(order, left) else [_rest(order, left)]
    return Draft("invoices", values=values, lines=lines_from(rows))


def _gross(order: Draft, line: Any) -> Decimal:
    amount = number(line.values, "amount")
    return amount if order.values.get("tax_mode") != "excluded" else amount + number(line.values, "tax")


def _is_whole(order: Draft, left: Decimal) -> bool:
    return left == sum((_gross(order, line) for line in order.lines), ZERO)


def _whole(order: Draft) -> list[dict[str, Any]]:
    """The lines of an order at prices with tax."""
    rows = []
    for line in order.lines:
        row = taken(line.values, ("product_id", "name", "specification", "unit", "quantity", "discount", "tax_rate"))
        price = number(line.values, "price")
        if order.values.get("tax_mode") == "excluded":
            price = price * (100 + number(line.values, "tax_rate")) / 100
        row |= {"order_id": ref_to(order), "price": price.quantize(Decimal("0.0001"), ROUND_HALF_UP)}
        rows.append(row)
    return rows if _sum(rows) == sum((_gross(order, line) for line in order.lines), ZERO) else [_rest(order, _total(order))]


def _sum(rows: Sequence[dict[str, Any]]) -> Decimal:
    """What lines come to, rounded line by line."""
    amounts = (number(r, "quantity") * number(r, "price") * (100 - number(r, "discount")) / 100 for r in rows)
    return sum((a.quantize(_CENT, ROUND_HALF_UP) for a in amounts), ZERO)


def _total(order: Draft) -> Decimal:
    return sum((_gross(order, line) for line in order.lines), ZERO)


def _rest(order: Draft, left: Decimal) -> dict[str, Any]:
    """One line for what is left of an order, at the rate of most of it."""
    rates: dict[Decimal, Decimal] = {}
    for line in order.lines:
        rate = number(line.values, "tax_rate")
        rates[rate] = rates.get(rate, ZERO) + number(line.values, "amount")
    rate = max(rates, key=lambda r: rates[r]) if rates else ZERO
    name = _("Goods of order {number}").format(number=order.values.get("number"))
    return {"order_id": ref_to(order), "name": name, "quantity": Decimal(1), "price": left, "tax_rate": rate, "discount": ZERO}


def correction_of(sources: Sequence[Draft]) -> Draft:
    """The red invoice over everything of another that is not corrected yet."""
    (invoice,) = sources
    values = taken(invoice.values, _OF_AN_INVOICE) | {"corrects_id": ref_to(invoice)}
    rows = []
    for line in invoice.lines:
        row = taken(line.values, ("order_id", "product_id", "name", "specification", "unit", "price", "discount", "tax_rate"))
        rows.append(row | {"quantity": -number(line.values, "quantity")})
    return Draft("invoices", values=values, lines=lines_from(rows))
