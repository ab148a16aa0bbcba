"""Sales documents."""

from __future__ import annotations

from decimal import Decimal

from crm_desktop.draft import Draft, Line
from crm_desktop.options import Choice
from crm_desktop.records.record_type import LineType, Operation, Problems, RecordType
from crm_desktop.rules.amount_words import chinese_words
from crm_desktop.rules.totals import document_amounts, line_amounts
from crm_desktop.words import _
from db.models.sales import SalesOrder, SalesOrderLine

_ZERO = Decimal(0)


def _amount(line: Line, name: str) -> Decimal:
    return line.values.get(name) or _ZERO


def compute_amounts(draft: Draft, before: Draft | None = None) -> None:
    """Amounts of the lines and of the order, from quantities, prices, discounts and rates."""
    included = draft.values.get("tax_mode") != "excluded"
    rows = []
    for line in draft.lines:
        quantity, price, discount, rate = (_amount(line, n) for n in ("quantity", "price", "discount", "tax_rate"))
        row = line_amounts(quantity, price, discount, rate, included)
        line.values["amount"], line.values["tax"] = row.amount, row.tax
        rows.append(row)
    sums = document_amounts(
        rows, draft.values.get("order_discount") or _ZERO, draft.values.get("freight") or _ZERO, included
    )
    draft.values |= {"net": sums.net, "tax": sums.tax, "total": sums.total, "total_words": chinese_words(sums.total)}


def amounts_are_sane(draft: Draft) -> Problems:
    """What no order can have, whatever its state."""
    for at, line in enumerate(draft.lines):
        if _amount(line, "price") < 0:
            yield f"lines.{at}.price", _("This cannot be less than nothing.")
        for name in ("discount", "tax_rate"):
            if not 0 <= _amount(line, name) <= 100:
                yield f"lines.{at}.{name}", _("A percentage between 0 and 100 is needed.")
        quantity, delivered = _amount(line, "quantity"), _amount(line, "delivered")
        if delivered < 0 or (delivered > quantity and quantity >= 0):
            yield f"lines.{at}.delivered", _("Not more can be delivered than was ordered.")
    goods = sum((_amount(line, "amount") for line in draft.lines), _ZERO)
    discount = draft.values.get("order_discount") or _ZERO
    if discount < 0 or (discount > 0 and discount > goods):
        yield "order_discount", _("The discount cannot be more than the goods.")
    day = draft.values.get("order_date")
    delivery = draft.values.get("delivery_date")
    if day and delivery and delivery < day:
        yield "delivery_date", _("The delivery cannot be before the order.")


def _can_confirm(draft: Draft) -> Problems:
    if not draft.lines:
        yield "lines", _("An order needs at least one line.")


def _delivery_started(draft: Draft) -> Problems:
    delivered = [_amount(line, "delivered") for line in draft.lines]
    if not any(delivered):
        yield "lines", _("Enter what was delivered in the lines first.")
    elif all(d >= _amount(line, "quantity") for d, line in zip(delivered, draft.lines, strict=True)):
        yield "lines", _("Everything was delivered: complete the order instead.")


def _nothing_delivered(draft: Draft) -> Problems:
    if any(_amount(line, "delivered") for line in draft.lines):
        yield "lines", _("Goods were delivered already, so the order cannot be cancelled.")


def _deliver_all(draft: Draft) -> None:
    for line in draft.lines:
        line.values["delivered"] = _amount(line, "quantity")


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
    lines=LineType(SalesOrderLine, "Lines"),
    derive=compute_amounts,
    check=amounts_are_sane,
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
            "part_deliver", "Mark as part delivered", "vehicle_truck_profile", ("confirmed",), "part_delivered", check=_delivery_started,
        ),
        Operation(
            "complete", "Complete", "checkmark_circle", ("confirmed", "part_delivered"), "done", apply=_deliver_all, primary=True,
            confirm="Everything counts as delivered afterwards. Complete the order?",
        ),
        Operation(
            "revise", "Revise", "edit", ("confirmed", "part_delivered"), "draft", keeps_revision=True, asks_reason=True,
        ),
        Operation("cancel", "Cancel order", "dismiss", ("draft", "confirmed"), "cancelled", check=_nothing_delivered, asks_reason=True),
        Operation("reopen", "Reopen", "arrow_undo", ("cancelled",), "draft", asks_reason=True),
    ),
    subtitle=("customer_id", "order_date", "total"),
)  # fmt: skip
