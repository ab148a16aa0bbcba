"""Quotes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from crm_desktop.draft import Draft
from crm_desktop.options import Choice
from crm_desktop.records.documents import (
    PRICED,
    ZERO,
    begins_as,
    deepest_discount,
    lines_from,
    needs_lines,
    number,
    prices_are_sane,
    ref_to,
    taken,
    work_out,
)
from crm_desktop.records.record_type import LineType, Operation, Problems, RecordType, Related, Successor
from crm_desktop.rules.totals import cents
from crm_desktop.words import _
from db.models.quotes import Quote, QuoteLine

_CARRIED = (
    "customer_id", "contact_id", "currency_id", "tax_mode", "order_discount", "freight", "terms_id", "note", "owner_id", "department_id",
)  # fmt: skip
_RATE = Decimal("0.01")


def _derive(draft: Draft, before: Draft | None) -> None:
    """Amounts, then what they cost and what is left. Costs are without tax, so the margin is taken of the net amount."""
    begins_as(draft, before, "draft")
    work_out(draft)
    draft.values["deepest_discount"] = deepest_discount(draft)
    included = draft.values.get("tax_mode") != "excluded"
    costs = ZERO
    for line in draft.lines:
        cost = cents(number(line.values, "cost") * number(line.values, "quantity"))
        net = number(line.values, "amount") - (number(line.values, "tax") if included else ZERO)
        line.values["margin"] = net - cost
        costs += cost
    net = draft.values["net"]
    margin = net - costs
    rate = (margin * 100 / net).quantize(_RATE, ROUND_HALF_UP) if net > 0 else ZERO
    draft.values |= {"cost": costs, "margin": margin, "margin_rate": rate}


def _check(draft: Draft) -> Problems:
    yield from prices_are_sane(draft)
    day, until = draft.values.get("quote_date"), draft.values.get("valid_until")
    if day and until and until < day:
        yield "valid_until", _("A quote cannot end before it begins.")


def order_from_quote(sources: Sequence[Draft]) -> Draft:
    """The order of a quote, with everything carried over."""
    (quote,) = sources
    values = taken(quote.values, _CARRIED) | {"quote_id": ref_to(quote)}
    return Draft("sales-orders", values=values, lines=lines_from(taken(line.values, PRICED) for line in quote.lines))


QUOTE = RecordType(
    key="quotes",
    model=Quote,
    title="Quote",
    plural="Quotes",
    icon="document_text",
    area="sales",
    label=("number",),
    order=("-quote_date",),
    about="What you offered to customers, in every version, and what became of it.",
    number="number",
    sequence="quotes",
    day="quote_date",
    priced=True,
    lines=LineType(QuoteLine, "Lines"),
    related=(Related("sales-orders", "quote_id"),),
    derive=_derive,
    check=_check,
    states=(
        Choice("draft", "Draft", "grey"),
        Choice("sent", "Sent", "accent", locked=True),
        Choice("ordered", "Ordered", "green", locked=True),
        Choice("lost", "Lost", "red", locked=True),
    ),
    operations=(
        Operation("send", "Mark as sent", "send", ("draft",), "sent", check=needs_lines, primary=True),
        Operation("revise", "New version", "edit", ("sent", "lost"), "draft", keeps_revision=True, asks_reason=True),
        Operation("lose", "Mark as lost", "dismiss_circle", ("draft", "sent"), "lost", asks_reason=True),
    ),
    followed=("ordered",),
    closed=("ordered",),
    successors=(
        Successor("sales-orders", "Make order", "cart", ("draft", "sent"), order_from_quote, primary=True),
    ),
    subtitle=("customer_id", "quote_date", "total"),
)  # fmt: skip
