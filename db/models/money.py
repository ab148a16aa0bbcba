"""Money that customers owe: when it falls due, what was invoiced of it, and what has come in."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import LineBase, Record
from db.fields import field

_OWED = MappingProxyType({"status": ("open", "part")})
_TITLE = MappingProxyType({"title_name": "name", "tax_number": "tax_number", "bank": "bank", "bank_account": "bank_account"})
_PRODUCT = MappingProxyType(
    {"name": "name", "specification": "specification", "unit": "unit", "price": "list_price", "tax_rate": "tax_rate"}
)
_ZERO = Decimal(0)


class PaymentTerms(Record):
    """How the total of an order is split into instalments."""

    __tablename__ = "payment_terms"
    name: Mapped[str] = field("Name", required=True, width=24, search="name", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = field("Note", "long_text", width=30)
    active: Mapped[bool] = field("Offered", "yes_no", width=8, default=True)


class PaymentTermsLine(LineBase):
    """One instalment: how much of the total, after what, and how many days later."""

    __tablename__ = "payment_terms_line"
    parent_id: Mapped[int] = field(
        "Payment terms", "reference", target="payment-terms", nullable=False, references="payment_terms.id", on_delete="CASCADE"
    )
    title: Mapped[str] = field("Instalment", required=True, width=20)
    share: Mapped[Decimal] = field(
        "Share %", "percent", required=True, width=10, default=Decimal(100), total=True, help="Of the total; together 100."
    )
    basis: Mapped[str] = field("Counted from", "option", options="milestones", width=14, default="signed", required=True)
    days: Mapped[int] = field("Days after it", "integer", width=10, default=0, nullable=False)


class Receivable(Record):
    """One amount that a customer owes: an instalment of an order, the credit for a return, or an opening balance."""

    __tablename__ = "receivable"
    number: Mapped[str] = field(
        "Number", "code", width=16, search="code", sortable=True, unique=True, help="Given by the program when left empty."
    )
    customer_id: Mapped[int] = field(
        "Customer", "reference", target="customers", required=True, width=28, nullable=False, references="customer.id", index=True,
        search="label",
    )  # fmt: skip
    order_id: Mapped[int | None] = field(
        "Sales order", "reference", target="sales-orders", width=16, references="sales_order.id", index=True, search="label",
        copies=MappingProxyType({"customer_id": "customer_id", "currency_id": "currency_id"}),
        help="Empty for an opening balance.",
    )  # fmt: skip
    return_id: Mapped[int | None] = field(
        "Return", "reference", target="returns", references="sales_return.id", index=True, computed=True
    )
    title: Mapped[str] = field("Instalment", width=18, search="text")
    status: Mapped[str] = field("Status", "state", options="receivables", width=12, default="open", computed=True, sortable=True)
    basis: Mapped[str] = field(
        "Counted from", "option", options="milestones", section="Due", default="date", required=True,
        help="A fixed date, or what has to happen first.",
    )  # fmt: skip
    days: Mapped[int] = field("Days after it", "integer", section="Due", default=0, nullable=False)
    reached_on: Mapped[dt.date | None] = field("Reached on", "date", section="Due", computed=True)
    due_date: Mapped[dt.date | None] = field(
        "Due date", "date", section="Due", width=12, sortable=True, due=_OWED,
        help="Typed for a fixed date; otherwise it follows from what has to happen first.",
    )  # fmt: skip
    currency_id: Mapped[int | None] = field(
        "Currency", "reference", section="Amounts", target="currencies", references="currency.id", preset="CNY"
    )
    amount: Mapped[Decimal] = field(
        "Amount", "money", section="Amounts", width=12, required=True, default=_ZERO, total=True, sortable=True
    )
    received: Mapped[Decimal] = field(
        "Received", "money", section="Amounts", width=12, default=_ZERO, computed=True, total=True
    )
    written_off: Mapped[Decimal] = field("Written off", "money", section="Amounts", default=_ZERO, computed=True, total=True)
    open_amount: Mapped[Decimal] = field(
        "Still open", "money", section="Amounts", width=12, default=_ZERO, computed=True, total=True, sortable=True
    )
    void: Mapped[bool] = field("Void", "yes_no", section="Amounts", computed=True, help="Its order or return was cancelled.")
    dunning_level: Mapped[int] = field("Dunning level", "integer", section="Reminders", width=8, default=0, nullable=False)
    reminded_on: Mapped[dt.date | None] = field("Last reminder", "date", section="Reminders")
    promised_on: Mapped[dt.date | None] = field("Promised for", "date", section="Reminders")
    note: Mapped[str] = field("Note", "long_text", section="Reminders")


class Invoice(Record):
    """An invoice over one or several orders, or the red one that corrects another."""

    __tablename__ = "invoice"
    number: Mapped[str] = field(
        "Number", "code", width=16, search="code", sortable=True, unique=True, help="Given by the program when left empty."
    )
    invoice_code: Mapped[str] = field(
        "Invoice no.", "code", width=14, search="code", editable_when_locked=True, help="As the tax office numbers it."
    )
    kind: Mapped[str] = field("Kind", "option", options="invoice_kinds", width=12, default="special")
    customer_id: Mapped[int] = field(
        "Customer", "reference", target="customers", required=True, width=28, nullable=False, references="customer.id", index=True,
        search="label", copies=_TITLE,
    )  # fmt: skip
    invoice_date: Mapped[dt.date] = field(
        "Invoice date", "date", required=True, width=12, default=dt.date.today, nullable=False, sortable=True
    )
    status: Mapped[str] = field("Status", "state", options="invoices", width=12, default="draft", computed=True, sortable=True)
    corrects_id: Mapped[int | None] = field(
        "Corrects", "reference", target="invoices", references="invoice.id", index=True, help="The invoice that this red one corrects."
    )
    note: Mapped[str] = field("Note", "long_text", editable_when_locked=True)
    title_name: Mapped[str] = field("Invoice title", section="Invoice data")
    tax_number: Mapped[str] = field("Tax number", "code", section="Invoice data")
    bank: Mapped[str] = field("Bank", section="Invoice data")
    bank_account: Mapped[str] = field("Bank account", "code", section="Invoice data")
    currency_id: Mapped[int | None] = field(
        "Currency", "reference", section="Amounts", target="currencies", references="currency.id", preset="CNY"
    )
    tax_mode: Mapped[str] = field(
        "Price basis", "option", options="tax_modes", section="Amounts", default="included", required=True,
        help="Whether the prices contain the tax.",
    )  # fmt: skip
    net: Mapped[Decimal] = field("Net amount", "money", section="Amounts", default=_ZERO, computed=True, total=True)
    tax: Mapped[Decimal] = field("Tax", "money", section="Amounts", width=12, default=_ZERO, computed=True, total=True)
    total: Mapped[Decimal] = field(
        "Total", "money", section="Amounts", width=14, default=_ZERO, computed=True, total=True, sortable=True
    )
    total_words: Mapped[str] = field("Total in words", section="Amounts", computed=True)
    corrected: Mapped[Decimal] = field(
        "Corrected", "money", section="Settlement", default=_ZERO, computed=True, total=True, help="By red invoices."
    )
    received: Mapped[Decimal] = field("Received", "money", section="Settlement", default=_ZERO, computed=True, total=True)


class InvoiceLine(LineBase):
    """One line of an invoice, of any order of the customer."""

    __tablename__ = "invoice_line"
    parent_id: Mapped[int] = field(
        "Invoice", "reference", target="invoices", nullable=False, references="invoice.id", on_delete="CASCADE"
    )
    order_id: Mapped[int | None] = field(
        "Sales order", "reference", target="sales-orders", width=16, references="sales_order.id", index=True
    )
    product_id: Mapped[int | None] = field(
        "Product", "reference", target="products", width=16, references="product.id", copies=_PRODUCT, index=True,
    )  # fmt: skip
    name: Mapped[str] = field("Name", required=True, width=24)
    specification: Mapped[str] = field("Specification", width=14)
    unit: Mapped[str] = field("Unit", width=6)
    quantity: Mapped[Decimal] = field("Quantity", "quantity", required=True, width=10, default=Decimal(1), total=True)
    price: Mapped[Decimal] = field("Price", "price", width=10, default=_ZERO)
    discount: Mapped[Decimal] = field("Discount %", "percent", default=_ZERO)
    tax_rate: Mapped[Decimal] = field("Tax rate %", "percent", width=9, default=_ZERO)
    amount: Mapped[Decimal] = field("Amount", "money", width=12, default=_ZERO, computed=True, total=True)
    tax: Mapped[Decimal] = field("Tax", "money", width=10, default=_ZERO, computed=True, total=True)
    gross: Mapped[Decimal] = field("With tax", "money", width=12, default=_ZERO, computed=True, total=True)


class Receipt(Record):
    """Money that came in from a customer, or went back to one, and what it was for."""

    __tablename__ = "receipt"
    number: Mapped[str] = field(
        "Number", "code", width=16, search="code", sortable=True, unique=True, help="Given by the program when left empty."
    )
    customer_id: Mapped[int] = field(
        "Customer", "reference", target="customers", required=True, width=28, nullable=False, references="customer.id", index=True,
        search="label",
    )  # fmt: skip
    kind: Mapped[str] = field("Kind", "option", options="receipt_kinds", width=10, default="receipt", required=True)
    receipt_date: Mapped[dt.date] = field(
        "Receipt date", "date", required=True, width=12, default=dt.date.today, nullable=False, sortable=True
    )
    status: Mapped[str] = field("Status", "state", options="receipts", width=12, default="draft", computed=True, sortable=True)
    method: Mapped[str] = field("Way of payment", "option", options="payment_methods", width=12, default="bank")
    account: Mapped[str] = field("Our account", search="text")
    reference: Mapped[str] = field("Bank reference", "code", search="code", editable_when_locked=True)
    payer: Mapped[str] = field("Paid by", search="text", help="Where somebody else paid for the customer.")
    note: Mapped[str] = field("Note", "long_text", editable_when_locked=True)
    currency_id: Mapped[int | None] = field(
        "Currency", "reference", section="Amounts", target="currencies", references="currency.id", preset="CNY"
    )
    amount: Mapped[Decimal] = field(
        "Amount", "money", section="Amounts", width=14, required=True, default=_ZERO, total=True, sortable=True,
        help="What arrived in the account, or left it.",
    )  # fmt: skip
    bank_charge: Mapped[Decimal] = field(
        "Bank charge", "money", section="Amounts", default=_ZERO, help="Kept back by the bank; it counts as paid by the customer."
    )
    difference: Mapped[Decimal] = field(
        "Exchange difference", "money", section="Amounts", default=_ZERO,
        help="Gain (minus) or loss (plus) by the rate of exchange; what was settled is the amount with it.",
    )  # fmt: skip
    worth: Mapped[Decimal] = field(
        "Counts for", "money", section="Amounts", default=_ZERO, computed=True, total=True,
        help="Amount, bank charge and exchange difference; negative for a refund.",
    )  # fmt: skip
    allocated: Mapped[Decimal] = field(
        "Allocated", "money", section="Amounts", default=_ZERO, computed=True, total=True, help="To the receivables below."
    )
    credit: Mapped[Decimal] = field(
        "Left as credit", "money", section="Amounts", width=12, default=_ZERO, computed=True, total=True,
        help="Paid in advance or too much; it stays to the customer's credit.",
    )  # fmt: skip


class ReceiptLine(LineBase):
    """How much of a receipt settles one receivable."""

    __tablename__ = "receipt_line"
    parent_id: Mapped[int] = field(
        "Receipt", "reference", target="receipts", nullable=False, references="receipt.id", on_delete="CASCADE"
    )
    receivable_id: Mapped[int] = field(
        "Receivable", "reference", target="receivables", width=20, required=True, nullable=False, references="receivable.id", index=True,
        copies=MappingProxyType({"title": "title", "order_id": "order_id", "due_date": "due_date", "amount": "open_amount"}),
    )  # fmt: skip
    title: Mapped[str] = field("Instalment", width=18)
    order_id: Mapped[int | None] = field("Sales order", "reference", target="sales-orders", width=16, references="sales_order.id")
    invoice_id: Mapped[int | None] = field(
        "Invoice", "reference", target="invoices", width=16, references="invoice.id", index=True, help="Where the customer paid an invoice."
    )
    due_date: Mapped[dt.date | None] = field("Due date", "date", width=12)
    amount: Mapped[Decimal] = field("Amount", "money", width=12, required=True, default=_ZERO, total=True)
    remark: Mapped[str] = field("Remark", width=16, editable_when_locked=True)


Index("ix_payment_terms_line_parent", PaymentTermsLine.parent_id, PaymentTermsLine.position)
Index("ix_invoice_line_parent", InvoiceLine.parent_id, InvoiceLine.position)
Index("ix_receipt_line_parent", ReceiptLine.parent_id, ReceiptLine.position)
# Ageing sums what is open of every customer by its due date and how far it was dunned, and what is left of their receipts: each from
# an index alone.
_OPEN, _LEFT = text("open_amount <> 0"), text("credit <> 0")
Index(
    "ix_receivable_open", Receivable.customer_id, Receivable.currency_id, Receivable.due_date, Receivable.open_amount,
    Receivable.dunning_level, Receivable.reminded_on, sqlite_where=_OPEN, postgresql_where=_OPEN,
)  # fmt: skip
Index(
    "ix_receipt_left", Receipt.customer_id, Receipt.currency_id, Receipt.status, Receipt.credit,
    sqlite_where=_LEFT, postgresql_where=_LEFT,
)  # fmt: skip
Index("ix_receipt_customer_date", Receipt.customer_id, Receipt.receipt_date, Receipt.id)
Index("ix_invoice_customer_date", Invoice.customer_id, Invoice.invoice_date, Invoice.id)
