"""Quotes: what was offered to a customer, until when, and what it would cost the house."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from db.base import LineBase, Record
from db.fields import field

_PRODUCT = MappingProxyType(
    {
        "code": "code",
        "name": "name",
        "specification": "specification",
        "unit": "unit",
        "price": "list_price",
        "tax_rate": "tax_rate",
        "cost": "cost",
    }
)
_SENT = MappingProxyType({"status": ("sent",)})
_ZERO = Decimal(0)


class Quote(Record):
    """An offer to a customer. Older versions of it are kept as revisions."""

    __tablename__ = "quote"
    number: Mapped[str] = field(
        "Number", "code", width=16, search="code", sortable=True, unique=True, help="Given by the program when left empty."
    )
    customer_id: Mapped[int] = field(
        "Customer", "reference", target="customers", required=True, width=28, nullable=False, references="customer.id", index=True,
        search="label", copies=MappingProxyType({"terms_id": "terms_id"}),
    )  # fmt: skip
    contact_id: Mapped[int | None] = field(
        "Contact", "reference", target="contacts", width=10, references="contact.id", on_delete="SET NULL"
    )
    opportunity_id: Mapped[int | None] = field(
        "Opportunity", "reference", target="opportunities", references="opportunity.id", on_delete="SET NULL", index=True
    )
    title: Mapped[str] = field("Subject", width=20, search="text")
    quote_date: Mapped[dt.date] = field(
        "Quote date", "date", required=True, width=12, default=dt.date.today, nullable=False, sortable=True
    )
    valid_until: Mapped[dt.date | None] = field(
        "Valid until", "date", width=12, sortable=True, editable_when_locked=True, due=_SENT
    )
    status: Mapped[str] = field("Status", "state", options="quotes", width=12, default="draft", computed=True, sortable=True)
    revision: Mapped[int] = field("Revision", "integer", default=0, nullable=False, computed=True)
    deepest_discount: Mapped[Decimal] = field(
        "Deepest discount %", "percent", default=_ZERO, nullable=True, computed=True,
        help="Of its lines, off the price by list, all discounts counted.",
    )  # fmt: skip
    lost_reason: Mapped[str] = field("Reason of the loss", "option", options="loss_reasons", editable_when_locked=True)
    note: Mapped[str] = field("Note", "long_text", editable_when_locked=True)

    currency_id: Mapped[int | None] = field(
        "Currency", "reference", section="Amounts", target="currencies", references="currency.id", preset="CNY"
    )
    tax_mode: Mapped[str] = field(
        "Price basis", "option", options="tax_modes", section="Amounts", default="included", required=True,
        help="Whether the prices contain the tax.",
    )  # fmt: skip
    order_discount: Mapped[Decimal] = field(
        "Discount", "money", section="Amounts", default=_ZERO, help="Taken off the sum of the lines."
    )
    freight: Mapped[Decimal] = field("Freight", "money", section="Amounts", default=_ZERO)
    net: Mapped[Decimal] = field("Net amount", "money", section="Amounts", default=_ZERO, computed=True, total=True)
    tax: Mapped[Decimal] = field("Tax", "money", section="Amounts", default=_ZERO, computed=True, total=True)
    total: Mapped[Decimal] = field(
        "Total", "money", section="Amounts", width=14, default=_ZERO, computed=True, total=True, sortable=True
    )
    total_words: Mapped[str] = field("Total in words", section="Amounts", computed=True)
    terms_id: Mapped[int | None] = field(
        "Payment terms", "reference", section="Amounts", target="payment-terms", references="payment_terms.id"
    )

    cost: Mapped[Decimal] = field(
        "Cost", "money", section="Cost and margin", default=_ZERO, computed=True, total=True, secret=True
    )
    margin: Mapped[Decimal] = field(
        "Margin", "money", section="Cost and margin", default=_ZERO, computed=True, total=True, secret=True,
        help="The net amount less the cost.",
    )  # fmt: skip
    margin_rate: Mapped[Decimal] = field(
        "Margin rate", "percent", section="Cost and margin", default=_ZERO, computed=True, secret=True
    )


class QuoteLine(LineBase):
    """One line of a quote: a product, or free text."""

    __tablename__ = "quote_line"
    parent_id: Mapped[int] = field(
        "Quote", "reference", target="quotes", nullable=False, references="quote.id", on_delete="CASCADE"
    )
    product_id: Mapped[int | None] = field(
        "Product", "reference", target="products", width=18, references="product.id", copies=_PRODUCT, index=True,
    )  # fmt: skip
    code: Mapped[str] = field("Code", "code", width=10)
    name: Mapped[str] = field("Name", required=True, width=24)
    specification: Mapped[str] = field("Specification", width=14)
    unit: Mapped[str] = field("Unit", width=6)
    quantity: Mapped[Decimal] = field("Quantity", "quantity", required=True, width=10, default=Decimal(1), total=True)
    price: Mapped[Decimal] = field("Price", "price", width=10, default=_ZERO)
    discount: Mapped[Decimal] = field("Discount %", "percent", width=9, default=_ZERO)
    tax_rate: Mapped[Decimal] = field("Tax rate %", "percent", width=9, default=_ZERO)
    amount: Mapped[Decimal] = field(
        "Amount", "money", width=12, default=_ZERO, computed=True, total=True, help="Quantity × price less discount."
    )
    tax: Mapped[Decimal] = field("Tax", "money", width=10, default=_ZERO, computed=True, total=True)
    cost: Mapped[Decimal | None] = field("Cost", "price", width=10, secret=True, help="Of one unit, without tax.")
    margin: Mapped[Decimal] = field("Margin", "money", width=10, default=_ZERO, computed=True, total=True, secret=True)
    remark: Mapped[str] = field("Remark", width=16, editable_when_locked=True)
    list_price: Mapped[Decimal | None] = field(
        "Price by list", "price", computed=True, help="Of the price list or bundle that counts; else the list price."
    )
    price_list_id: Mapped[int | None] = field(
        "Price list", "reference", target="price-lists", references="price_list.id", on_delete="SET NULL", computed=True
    )
    bundle_id: Mapped[int | None] = field(
        "Bundle", "reference", target="bundles", references="bundle.id", on_delete="SET NULL", help="Of which the line is a part."
    )


Index("ix_quote_line_parent", QuoteLine.parent_id, QuoteLine.position)
