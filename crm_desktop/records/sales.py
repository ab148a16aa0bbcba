"""Sales orders: the middle of the chain of documents, and what they become."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crm_desktop.draft import Draft
from crm_desktop.options import Choice
from crm_desktop.records.documents import (
    GOODS,
    ZERO,
    deepest_discount,
    lines_from,
    number,
    prices_are_sane,
    ref_to,
    shared,
    taken,
    work_out,
)
from crm_desktop.records.money_lines import invoice_from_orders, receipt_from_receivables
from crm_desktop.records.record_type import LineType, Operation, Problems, RecordType, Related, Successor
from crm_desktop.words import _
from db.models.sales import SalesOrder, SalesOrderLine

UNDER_WAY = ("confirmed", "part_delivered")
RUNNING = (*UNDER_WAY, "done")
"""The states of an order that holds: both sides count on it."""

CONFIRM = "sales-orders.confirm"
"""The right that lets an order count."""


def _derive(draft: Draft, before: Draft | None = None) -> None:
    """Amounts; what was delivered, with and without notes; and the state that follows from it."""
    work_out(draft)
    draft.values["deepest_discount"] = deepest_discount(draft)
    was = _delivered(before) if before else None
    for line in draft.lines:
        line.values["delivered"] = number(line.values, "by_hand") + number(line.values, "noted")
    opened = before is not None and before.values.get("status") == "draft"
    if before is not None and draft.values.get("status") in RUNNING and (opened or _delivered(draft) != was):
        draft.values["status"] = delivery_state(draft)


def _delivered(draft: Draft) -> list[Decimal]:
    return [number(line.values, "delivered") for line in draft.lines]


def delivery_state(draft: Draft) -> str:
    """How far an order that holds is delivered."""
    goods = [(number(line.values, "quantity"), number(line.values, "delivered")) for line in draft.lines]
    if goods and all(delivered >= quantity for quantity, delivered in goods) and any(d for _q, d in goods):
        return "done"
    return "part_delivered" if any(delivered > 0 for _quantity, delivered in goods) else "confirmed"


def _check(draft: Draft) -> Problems:
    """What no order can have, whatever its state."""
    yield from prices_are_sane(draft)
    for at, line in enumerate(draft.lines):
        quantity, delivered = number(line.values, "quantity"), number(line.values, "delivered")
        if number(line.values, "by_hand") < 0 or delivered < 0 or (delivered > quantity and quantity >= 0):
            yield f"lines.{at}.by_hand", _("Not more can be delivered than was ordered.")
        if number(line.values, "returned") > delivered:
            yield f"lines.{at}.by_hand", _("Not more can come back than was delivered.")
    day = draft.values.get("order_date")
    delivery = draft.values.get("delivery_date")
    if day and delivery and delivery < day:
        yield "delivery_date", _("The delivery cannot be before the order.")


def _can_confirm(draft: Draft) -> Problems:
    if not draft.lines:
        yield "lines", _("An order needs at least one line.")


def _nothing_delivered(draft: Draft) -> Problems:
    if any(_delivered(draft)):
        yield "lines", _("Goods were delivered already, so the order cannot be cancelled.")
    if number(draft.values, "received"):
        yield "received", _("Money was received for it already, so the order cannot be cancelled.")
    if number(draft.values, "invoiced"):
        yield "invoiced", _("It was invoiced already, so the order cannot be cancelled.")


def _deliver_all(draft: Draft) -> None:
    for line in draft.lines:
        line.values["by_hand"] = number(line.values, "quantity") - number(line.values, "noted")


_TO = ("customer_id", "contact_id", "owner_id", "department_id")


def delivery_from_order(sources: Sequence[Draft]) -> Draft:
    """What of an order is not delivered yet."""
    (order,) = sources
    values = taken(order.values, _TO) | {"order_id": ref_to(order), "address": order.values.get("delivery_address", "")}
    rows = []
    for line in order.lines:
        left = number(line.values, "quantity") - number(line.values, "delivered")
        if left > 0:
            rows.append(taken(line.values, (*GOODS, "remark")) | {"quantity": left, "order_line_id": line.id})
    return Draft("deliveries", values=values, lines=lines_from(rows))


def return_from_order(sources: Sequence[Draft]) -> Draft:
    """What of an order was delivered and has not come back."""
    (order,) = sources
    values = taken(order.values, ("customer_id", "owner_id", "department_id", "tax_mode")) | {"order_id": ref_to(order)}
    rows = []
    for line in order.lines:
        left = number(line.values, "delivered") - number(line.values, "returned")
        if left > 0:
            carried = taken(line.values, (*GOODS, "price", "discount", "tax_rate"))
            rows.append(carried | {"quantity": left, "order_line_id": line.id})
    return Draft("returns", values=values, lines=lines_from(rows))


def receivable_from_order(sources: Sequence[Draft]) -> Draft:
    """One more instalment of an order; what it takes goes off the last one."""
    (order,) = sources
    values = shared(sources, ("customer_id", "currency_id", "owner_id", "department_id"))
    planned = sum((number(order.values, n) for n in ("received", "written_off", "open_amount")), ZERO)
    left = number(order.values, "total") - number(order.values, "returned") - planned
    return Draft("receivables", values=values | {"order_id": ref_to(order), "amount": max(left, ZERO)})


SALES_ORDER = RecordType(
    key="sales-orders",
    model=SalesOrder,
    title="Sales order",
    plural="Sales orders",
    icon="cart",
    area="sales",
    label=("number",),
    order=("-order_date",),
    about="What customers ordered, from the first draft to the last delivery.",
    number="number",
    sequence="sales-orders",
    gapless=True,
    day="order_date",
    priced=True,
    lines=LineType(SalesOrderLine, "Lines"),
    related=(
        Related("receivables", "order_id", owned=True),
        Related("deliveries", "order_id"),
        Related("returns", "order_id"),
    ),
    derive=_derive,
    check=_check,
    states=(
        Choice("draft", "Draft", "grey"),
        Choice("confirmed", "Confirmed", "accent", locked=True),
        Choice("part_delivered", "Part delivered", "amber", locked=True),
        Choice("done", "Done", "green", locked=True),
        Choice("cancelled", "Cancelled", "red", locked=True),
    ),
    operations=(
        Operation("confirm", "Confirm", "checkmark", ("draft",), "confirmed", check=_can_confirm, primary=True),
        Operation(
            "complete", "Complete", "checkmark_circle", ("confirmed", "part_delivered"), "done", apply=_deliver_all,
            confirm="Everything counts as delivered afterwards, without a delivery note. Complete the order?",
        ),
        Operation(
            "revise", "Revise", "edit", ("confirmed", "part_delivered"), "draft", keeps_revision=True, asks_reason=True,
        ),
        Operation("cancel", "Cancel order", "dismiss", ("draft", "confirmed"), "cancelled", check=_nothing_delivered, asks_reason=True),
        Operation("reopen", "Reopen", "arrow_undo", ("cancelled",), "draft", asks_reason=True),
    ),
    followed=("part_delivered",),
    successors=(
        Successor(
            "deliveries", "Make delivery", "vehicle_truck_profile", ("confirmed", "part_delivered"), delivery_from_order, primary=True,
        ),
        Successor(
            "receipts", "Make receipt", "money", RUNNING, receipt_from_receivables, together=True, through=("receivables", "order_id"),
        ),
        Successor("invoices", "Make invoice", "receipt", RUNNING, invoice_from_orders, together=True),
        Successor("receivables", "Add instalment", "calendar_clock", RUNNING, receivable_from_order),
        Successor("returns", "Make return", "arrow_undo", ("part_delivered", "done"), return_from_order),
    ),
    subtitle=("customer_id", "order_date", "total"),
)  # fmt: skip
