"""Sales documents."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from db.base import LineBase, Record
from db.fields import field

_UNDELIVERED = MappingProxyType({"status": ("confirmed", "part_delivered")})
_CUSTOMER = MappingProxyType({"delivery_address": "address", "terms_id": "terms_id"})
_PRODUCT = MappingProxyType(
    {
        "code": "code",
        "name": "name",
        "specification": "specification",
        "unit": "unit",
        "price": "list_price",
        "tax_rate": "tax_rate",
    }
)


class SalesOrder(Record):
    """What a customer ordered, at which prices, and how far it is delivered."""

    __tablename__ = "sales_order"
    number: Mapped[str] = field(
        "Number", "code", width=16, search="code", sortable=True, help="Given by the program when left empty."
    )
    customer_id: Mapped[int] = field(
        "Customer", "reference", target="customers", required=True, width=28, nullable=False, references="customer.id", index=True,
        search="label", copies=_CUSTOMER,
    )  # fmt: skip
    contact_id: Mapped[int | None] = field(
        "Contact", "reference", target="contacts", width=10, references="contact.id", on_delete="SET NULL"
    )
    order_date: Mapped[dt.date] = field(
        "Order date", "date", required=True, width=12, default=dt.date.today, nullable=False, sortable=True
    )
    delivery_date: Mapped[dt.date | None] = field(
        "Delivery date", "date", width=12, sortable=True, editable_when_locked=True, due=_UNDELIVERED
    )
    delivery_address: Mapped[str] = field("Delivery address", multiline=True)
    status: Mapped[str] = field(
        "Status", "state", options="sales-orders", width=12, default="draft", computed=True, sortable=True
    )
    revision: Mapped[int] = field("Revision", "integer", default=0, nullable=False, computed=True)
    deepest_discount: Mapped[Decimal] = field(
        "Deepest discount %", "percent", default=Decimal(0), nullable=True, computed=True,
        help="Of its lines, off the price by list, all discounts counted.",
    )  # fmt: skip
    customer_order: Mapped[str] = field("Customer's order no.", "code", search="code", editable_when_locked=True)
    quote_id: Mapped[int | None] = field("Quote", "reference", target="quotes", references="quote.id", index=True)
    note: Mapped[str] = field("Note", "long_text", editable_when_locked=True)

    currency_id: Mapped[int | None] = field(
        "Currency", "reference", section="Amounts", target="currencies", references="currency.id", preset="CNY"
    )
    tax_mode: Mapped[str] = field(
        "Price basis",
        "option",
        options="tax_modes",
        section="Amounts",
        default="included",
        required=True,
        help="Whether the prices contain the tax.",
    )
    order_discount: Mapped[Decimal] = field(
        "Order discount", "money", section="Amounts", default=Decimal(0), help="Taken off the sum of the lines."
    )
    freight: Mapped[Decimal] = field("Freight", "money", section="Amounts", default=Decimal(0))
    net: Mapped[Decimal] = field(
        "Net amount", "money", section="Amounts", default=Decimal(0), computed=True, total=True
    )
    tax: Mapped[Decimal] = field("Tax", "money", section="Amounts", default=Decimal(0), computed=True, total=True)
    total: Mapped[Decimal] = field(
        "Total", "money", section="Amounts", width=14, default=Decimal(0), computed=True, total=True, sortable=True
    )
    total_words: Mapped[str] = field("Total in words", section="Amounts", computed=True)

    terms_id: Mapped[int | None] = field(
        "Payment terms", "reference", section="Settlement", target="payment-terms", references="payment_terms.id",
        help="How the total is split into instalments when the order is confirmed.",
    )  # fmt: skip
    accepted_on: Mapped[dt.date | None] = field(
        "Accepted on", "date", section="Settlement", editable_when_locked=True, help="When the customer accepted what was delivered."
    )
    delivered_on: Mapped[dt.date | None] = field("Delivered on", "date", section="Settlement", computed=True)
    returned: Mapped[Decimal] = field(
        "Returned", "money", section="Settlement", default=Decimal(0), nullable=True, computed=True, total=True
    )
    invoiced: Mapped[Decimal] = field(
        "Invoiced", "money", section="Settlement", default=Decimal(0), nullable=True, computed=True, total=True
    )
    received: Mapped[Decimal] = field(
        "Received", "money", section="Settlement", width=12, default=Decimal(0), nullable=True, computed=True, total=True
    )
    written_off: Mapped[Decimal] = field("Written off", "money", section="Settlement", default=Decimal(0), nullable=True, computed=True)
    open_amount: Mapped[Decimal] = field(
        "Still to be paid", "money", section="Settlement", default=Decimal(0), nullable=True, computed=True, total=True,
        help="What the receivables of this order still expect.",
    )  # fmt: skip


class SalesOrderLine(LineBase):
    """One line of a sales order: a product, or free text."""

    __tablename__ = "sales_order_line"
    parent_id: Mapped[int] = field(
        "Order", "reference", target="sales-orders", nullable=False, references="sales_order.id", on_delete="CASCADE"
    )
    product_id: Mapped[int | None] = field(
        "Product", "reference", target="products", width=18, references="product.id", copies=_PRODUCT, index=True,
    )  # fmt: skip
    code: Mapped[str] = field("Code", "code", width=10)
    name: Mapped[str] = field("Name", required=True, width=24)
    specification: Mapped[str] = field("Specification", width=14)
    unit: Mapped[str] = field("Unit", width=6)
    quantity: Mapped[Decimal] = field("Quantity", "quantity", required=True, width=10, default=Decimal(1), total=True)
    price: Mapped[Decimal] = field("Price", "price", width=10, default=Decimal(0))
    discount: Mapped[Decimal] = field("Discount %", "percent", width=9, default=Decimal(0))
    tax_rate: Mapped[Decimal] = field("Tax rate %", "percent", width=9, default=Decimal(0))
    amount: Mapped[Decimal] = field(
        "Amount",
        "money",
        width=12,
        default=Decimal(0),
        computed=True,
        total=True,
        help="Quantity × price less discount.",
    )
    tax: Mapped[Decimal] = field("Tax", "money", width=10, default=Decimal(0), computed=True, total=True)
    delivered: Mapped[Decimal] = field(
        "Delivered", "quantity", width=9, default=Decimal(0), computed=True, help="By deliveries, and without one."
    )
    by_hand: Mapped[Decimal] = field(
        "Delivered without a note", "quantity", width=9, default=Decimal(0), nullable=True, editable_when_locked=True,
        help="What left the house without a delivery note of this program.",
    )  # fmt: skip
    noted: Mapped[Decimal] = field("Delivered by notes", "quantity", default=Decimal(0), nullable=True, computed=True)
    returned: Mapped[Decimal] = field("Returned", "quantity", default=Decimal(0), nullable=True, computed=True)
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


Index("ix_sales_order_line_parent", SalesOrderLine.parent_id, SalesOrderLine.position)
Index("ix_sales_order_customer_date", SalesOrder.customer_id, SalesOrder.order_date, SalesOrder.id)
Index("uq_sales_order_number_customer", SalesOrder.number, SalesOrder.customer_id, unique=True)
