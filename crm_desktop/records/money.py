"""Money that customers owe: payment terms, receivables, invoices, receipts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crm_desktop.draft import Draft
from crm_desktop.options import Choice
from crm_desktop.records.documents import ZERO, begins_as, needs_lines, number, prices_are_sane, work_out
from crm_desktop.records.money_lines import correction_of, receipt_from_receivables
from crm_desktop.records.record_type import LineType, Operation, Problems, RecordType, Related, Successor
from crm_desktop.words import _
from db.models.money import Invoice, InvoiceLine, PaymentTerms, PaymentTermsLine, Receipt, ReceiptLine, Receivable

_OWED = ("waiting", "open", "part")


def _shares_are_whole(draft: Draft) -> Problems:
    shares = [number(line.values, "share") for line in draft.lines]
    for at, share in enumerate(shares):
        if not 0 < share <= 100:
            yield f"lines.{at}.share", _("A percentage between 0 and 100 is needed.")
        if draft.lines[at].values.get("basis") == "date":
            yield f"lines.{at}.basis", _("Count from something that happens to the order.")
    if sum(shares, ZERO) != 100:
        yield "lines", _("The shares must come to 100 % together.")


PAYMENT_TERMS = RecordType(
    key="payment-terms",
    model=PaymentTerms,
    title="Terms of payment",
    plural="Payment terms",
    icon="calendar_clock",
    area="setup",
    label=("name",),
    order=("name",),
    about="How the total of an order is split into instalments, such as a third each when signed, delivered and accepted.",
    lines=LineType(PaymentTermsLine, "Instalments"),
    check=_shares_are_whole,
)


def due_date(basis: str, reached_on: dt.date | None, days: int, typed: dt.date | None) -> dt.date | None:
    """When an instalment falls due: as typed, or so many days after what has to happen first; None while that has not happened."""
    if basis == "date":
        return typed
    return reached_on + dt.timedelta(days=days) if reached_on else None


def receivable_state(void: bool, amount: Decimal, received: Decimal, written_off: Decimal, due: bool) -> str:
    """The state of an amount owed. due: it has a due date, or needs none."""
    if void:
        return "void"
    if amount == received + written_off and amount:
        return "written_off" if written_off else "settled"
    if received:
        return "part"
    return "open" if due else "waiting"


def _derive_receivable(draft: Draft, before: Draft | None) -> None:
    """What is still open, when it is due, and the state of it."""
    values = draft.values
    basis = values.get("basis") or "date"
    values["due_date"] = due_date(basis, values.get("reached_on"), values.get("days") or 0, values.get("due_date"))
    amount, received, written_off = (number(values, n) for n in ("amount", "received", "written_off"))
    values["open_amount"] = ZERO if values.get("void") else amount - received - written_off
    due = basis == "date" or values.get("reached_on") is not None
    values["status"] = receivable_state(bool(values.get("void")), amount, received, written_off, due)


def _check_receivable(draft: Draft) -> Problems:
    amount, received = number(draft.values, "amount"), number(draft.values, "received")
    if draft.values.get("basis") != "date" and not draft.values.get("order_id"):
        yield "basis", _("Without an order, only a fixed date can be counted from.")
    if (draft.values.get("days") or 0) < 0:
        yield "days", _("This cannot be less than nothing.")
    left = amount - received - number(draft.values, "written_off")
    if not draft.values.get("void") and left * (1 if amount >= 0 else -1) < 0:
        yield "amount", _("More was received or written off than this.")
    if amount < 0 and draft.values.get("order_id") and not draft.values.get("return_id"):
        yield "amount", _("This cannot be less than nothing.")


def _write_off(draft: Draft) -> None:
    draft.values["written_off"] = number(draft.values, "amount") - number(draft.values, "received")


def _take_up_again(draft: Draft) -> None:
    draft.values["written_off"] = ZERO


def _remind(draft: Draft) -> None:
    draft.values |= {"dunning_level": (draft.values.get("dunning_level") or 0) + 1, "reminded_on": dt.date.today()}


RECEIVABLE = RecordType(
    key="receivables",
    model=Receivable,
    title="Receivable",
    plural="Receivables",
    icon="wallet",
    area="finance",
    label=("number",),
    order=("due_date",),
    about="What customers owe, by the day it falls due: instalments of orders, credits for returns, opening balances.",
    number="number",
    sequence="receivables",
    day="due_date",
    derive=_derive_receivable,
    check=_check_receivable,
    states=(
        Choice("open", "Unpaid", "amber"),
        Choice("waiting", "Not due yet", "grey"),
        Choice("part", "Part received", "amber"),
        Choice("settled", "Settled", "green"),
        Choice("written_off", "Written off", "violet"),
        Choice("void", "Void", "grey"),
    ),
    operations=(
        Operation("remind", "Note a reminder", "mail", ("open", "part"), "open", apply=_remind),
        Operation(
            "write_off", "Write off", "prohibited", _OWED, "written_off", apply=_write_off, asks_reason=True,
            confirm="Nobody is asked for this money any more. Write it off?",
        ),
        Operation("take_up", "Take up again", "arrow_undo", ("written_off",), "open", apply=_take_up_again, asks_reason=True),
    ),
    followed=("waiting", "part", "settled", "void"),
    successors=(
        Successor("receipts", "Make receipt", "money", _OWED, receipt_from_receivables, together=True, primary=True),
    ),
    subtitle=("customer_id", "due_date", "open_amount"),
)  # fmt: skip


def _derive_invoice(draft: Draft, before: Draft | None) -> None:
    begins_as(draft, before, "draft")
    work_out(draft)
    included = draft.values.get("tax_mode") != "excluded"
    for line in draft.lines:
        line.values["gross"] = line.values["amount"] + (ZERO if included else line.values["tax"])


def _check_invoice(draft: Draft) -> Problems:
    yield from prices_are_sane(draft)
    red = bool(draft.values.get("corrects_id"))
    for at, line in enumerate(draft.lines):
        if (number(line.values, "quantity") > 0) == red:
            words = _("A red invoice takes back: less than nothing is needed.") if red else _("More than nothing is needed.")
            yield f"lines.{at}.quantity", words


def _can_cancel_invoice(draft: Draft) -> Problems:
    if number(draft.values, "corrected"):
        yield "corrected", _("A red invoice corrects it: cancel that first.")
    if number(draft.values, "received"):
        yield "received", _("Money was received for it: take that receipt back first.")


INVOICE = RecordType(
    key="invoices",
    model=Invoice,
    title="Invoice",
    plural="Invoices",
    icon="receipt",
    area="finance",
    label=("number",),
    order=("-invoice_date",),
    about="What was invoiced, over one order or several, and the red invoices that correct it.",
    number="number",
    sequence="invoices",
    day="invoice_date",
    lines=LineType(InvoiceLine, "Lines"),
    related=(Related("invoices", "corrects_id"),),
    derive=_derive_invoice,
    check=_check_invoice,
    states=(
        Choice("draft", "To be issued", "grey"),
        Choice("issued", "Issued", "green", locked=True),
        Choice("cancelled", "Cancelled", "red", locked=True),
    ),
    operations=(
        Operation("issue", "Mark as issued", "checkmark", ("draft",), "issued", check=needs_lines, primary=True),
        Operation(
            "cancel", "Cancel invoice", "dismiss", ("draft", "issued"), "cancelled", check=_can_cancel_invoice, asks_reason=True,
            confirm="It counts as never issued afterwards. Cancel the invoice?",
        ),
    ),
    closed=("issued",),
    successors=(
        Successor(
            "receipts", "Make receipt", "money", ("issued",), receipt_from_receivables, through=("receivables", "order_id"),
            link="invoice_id",
        ),
        Successor("invoices", "Make red invoice", "subtract", ("issued",), correction_of),
    ),
    subtitle=("customer_id", "invoice_date", "total"),
)  # fmt: skip


def _derive_receipt(draft: Draft, before: Draft | None) -> None:
    """What the receipt counts for, and what of it is not allocated."""
    begins_as(draft, before, "draft")
    came = sum((number(draft.values, n) for n in ("amount", "bank_charge", "difference")), ZERO)
    worth = -came if draft.values.get("kind") == "refund" else came  # nothing comes in where credit is used
    allocated = sum((number(line.values, "amount") for line in draft.lines), ZERO)
    draft.values |= {"worth": worth, "allocated": allocated, "credit": worth - allocated}


def _check_receipt(draft: Draft) -> Problems:
    for name in ("amount", "bank_charge"):
        if number(draft.values, name) < 0:
            yield name, _("This cannot be less than nothing.")
    if draft.values.get("kind") == "credit" and number(draft.values, "worth"):
        yield "amount", _("No money comes in when credit is used.")


def _can_post(draft: Draft) -> Problems:
    seen: set[int] = set()
    for at, line in enumerate(draft.lines):
        target = line.values.get("receivable_id")
        if target is not None and target.id in seen:
            yield f"lines.{at}.receivable_id", _("This receivable stands here already.")
        seen |= {target.id} if target is not None else set()
    if not number(draft.values, "worth") and not draft.lines:
        yield "amount", _("More than nothing is needed.")
    if draft.values.get("kind") == "receipt" and number(draft.values, "credit") < 0:
        yield "lines", _("More is allocated than was received.")


RECEIPT = RecordType(
    key="receipts",
    model=Receipt,
    title="Receipt",
    plural="Receipts",
    icon="money",
    area="finance",
    label=("number",),
    order=("-receipt_date",),
    about="Money that came in or went back, and which receivables it settles.",
    number="number",
    sequence="receipts",
    day="receipt_date",
    lines=LineType(ReceiptLine, "What it settles"),
    derive=_derive_receipt,
    check=_check_receipt,
    states=(
        Choice("draft", "To be checked", "grey"),
        Choice("posted", "Posted", "green", locked=True),
        Choice("cancelled", "Cancelled", "red", locked=True),
    ),
    operations=(
        Operation("post", "Post", "checkmark", ("draft",), "posted", check=_can_post, primary=True),
        Operation("take_back", "Take back to correct", "arrow_undo", ("posted",), "draft", asks_reason=True),
        Operation(
            "cancel", "Cancel receipt", "dismiss", ("draft", "posted"), "cancelled", asks_reason=True,
            confirm="The money counts as not received afterwards. Cancel the receipt?",
        ),
    ),
    closed=("posted",),
    subtitle=("customer_id", "receipt_date", "amount"),
)  # fmt: skip
