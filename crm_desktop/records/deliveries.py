"""Deliveries and returns."""

from __future__ import annotations

from collections.abc import Sequence

from crm_desktop.draft import Draft
from crm_desktop.options import Choice
from crm_desktop.records.documents import (
    GOODS,
    begins_as,
    lines_from,
    needs_lines,
    prices_are_sane,
    quantities_are_whole,
    ref_to,
    taken,
    work_out,
)
from crm_desktop.records.record_type import LineType, Operation, Problems, RecordType, Related, Successor
from crm_desktop.words import _
from db.models.deliveries import Delivery, DeliveryLine, SalesReturn, SalesReturnLine

SHIPPED = ("shipped", "signed")
"""The states of a delivery whose goods have left the house."""


def _derive_delivery(draft: Draft, before: Draft | None) -> None:
    begins_as(draft, before, "draft")


def _derive_return(draft: Draft, before: Draft | None) -> None:
    begins_as(draft, before, "draft")
    work_out(draft)


def _check_return(draft: Draft) -> Problems:
    yield from prices_are_sane(draft)
    yield from quantities_are_whole(draft)


def _of_the_order(draft: Draft) -> Problems:
    """Goods that count belong to lines of the order."""
    yield from needs_lines(draft)
    for at, line in enumerate(draft.lines):
        if not line.values.get("order_line_id"):
            yield f"lines.{at}.name", _("This line does not come from the order. Make the document from the order.")


def return_from_delivery(sources: Sequence[Draft]) -> Draft:
    """What a delivery brought, coming back. Prices follow from the order when it is saved."""
    (delivery,) = sources
    values = taken(delivery.values, ("order_id", "customer_id", "owner_id", "department_id")) | {"delivery_id": ref_to(delivery)}
    return Draft("returns", values=values, lines=lines_from(taken(r.values, (*GOODS, "quantity", "order_line_id")) for r in delivery.lines))


def exchange_from_return(sources: Sequence[Draft]) -> Draft:
    """The goods that go out in place of those that came back."""
    (back,) = sources
    values = taken(back.values, ("order_id", "customer_id", "owner_id", "department_id"))
    return Draft("deliveries", values=values, lines=lines_from(taken(r.values, (*GOODS, "quantity", "order_line_id")) for r in back.lines))


DELIVERY = RecordType(
    key="deliveries",
    model=Delivery,
    title="Delivery",
    plural="Deliveries",
    icon="vehicle_truck_profile",
    area="sales",
    label=("number",),
    order=("-delivery_date",),
    about="What left the house for which order, with whom, and who signed for it.",
    number="number",
    sequence="deliveries",
    day="delivery_date",
    lines=LineType(DeliveryLine, "Goods"),
    related=(Related("returns", "delivery_id"),),
    derive=_derive_delivery,
    check=quantities_are_whole,
    states=(
        Choice("draft", "Being prepared", "grey"),
        Choice("shipped", "Shipped", "accent", locked=True),
        Choice("signed", "Signed for", "green", locked=True),
        Choice("cancelled", "Cancelled", "red", locked=True),
    ),
    operations=(
        Operation("ship", "Confirm shipping", "vehicle_truck_profile", ("draft",), "shipped", check=_of_the_order, primary=True),
        Operation("sign", "Mark as signed for", "checkmark_circle", ("shipped",), "signed", primary=True),
        Operation(
            "cancel", "Cancel delivery", "dismiss", ("draft", *SHIPPED), "cancelled", asks_reason=True,
            confirm="The goods count as not delivered afterwards. Cancel the delivery?",
        ),
    ),
    closed=SHIPPED,
    successors=(Successor("returns", "Make return", "arrow_undo", SHIPPED, return_from_delivery),),
    subtitle=("customer_id", "order_id", "delivery_date"),
)  # fmt: skip

RETURN = RecordType(
    key="returns",
    model=SalesReturn,
    title="Return",
    plural="Returns",
    icon="arrow_undo",
    area="sales",
    label=("number",),
    order=("-return_date",),
    about="What came back, why, and whether it is exchanged or refunded.",
    number="number",
    sequence="returns",
    day="return_date",
    lines=LineType(SalesReturnLine, "Goods"),
    related=(Related("receivables", "return_id", owned=True),),
    derive=_derive_return,
    check=_check_return,
    states=(
        Choice("draft", "Expected", "grey"),
        Choice("confirmed", "Came back", "green", locked=True),
        Choice("cancelled", "Cancelled", "red", locked=True),
    ),
    operations=(
        Operation("confirm", "Confirm return", "checkmark", ("draft",), "confirmed", check=_of_the_order, primary=True),
        Operation(
            "cancel", "Cancel return", "dismiss", ("draft", "confirmed"), "cancelled", asks_reason=True,
            confirm="The goods count as still with the customer afterwards. Cancel the return?",
        ),
    ),
    closed=("confirmed",),
    successors=(Successor("deliveries", "Deliver again", "vehicle_truck_profile", ("confirmed",), exchange_from_return),),
    subtitle=("customer_id", "order_id", "total"),
)  # fmt: skip
